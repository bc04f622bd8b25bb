"""temporary"""
import re
DE=re.compile(r"\b(der|die|das|und|ist|nicht|mit|von|für|im|den|wie|was|wer|wo|wann|ein|eine|zu|auf|werden|wurde)\b",re.I)
EN=re.compile(r"\b(the|and|is|of|in|to|for|with|what|who|where|when|how|which|are|was|by|on|has|an)\b",re.I)
def detect_language(text, *, default="de"):
    d,e=len(DE.findall(text)),len(EN.findall(text))
    return "de" if d>e else "en" if e>d else default
def question_language(q,*,override=None,conversation=None,interface="de"):
    return override or detect_language(q, default=conversation or interface)
def unsupported_language(q): return None

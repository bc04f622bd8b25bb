"""Sentences of one block of prose, German or English, as spans of code points.

Every stop (``.``, ``!``, ``?``, ``…``) before white space is a place where a sentence may end. Our
own rules decide the places that administration, law, studies and press are full of: abbreviations,
ordinals, dates, initials, quotations, brackets. What they leave open is put to sentencex (MIT), one
place at a time, with its neighbourhood only: over a whole text it joins quoted speech and takes
quadratic time where quotation marks stay open.

Known limits: a sentence that starts with a lower-case word is joined to the one before it, and a
German noun after a small number ("auf 14. Firmen") is read as counted by an ordinal.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sentencex import get_sentence_boundaries

_OPENING = "\"'„“”‚‘’»«›‹([{*_"
_CLOSED_STOP = re.compile(r"[)\]\"”“»«]\.")
_CLOSING = "\"'“”‘’»«›‹)\\]}*_"
_STOP = re.compile(rf"[.!?…‼⁇⁈⁉][.!?…‼⁇⁈⁉{_CLOSING}¹²³⁰⁴-⁹]*(?:\[[^\[\]]{{1,40}}\])*")
_NO_WORD = re.compile(r"[^\w.-]")
_ALNUM = re.compile(r"[^\W_]")
_NONSPACE = re.compile(r"\S")
_LEAD_IN = re.compile(r"[\s\"'„“”‚‘’»«›‹(\[{*_#•▶►‣·–—-]*")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_NUMBERED_NOTE = re.compile(r"\d{1,2}(?=\s+[^\W\d_a-zäöüß])")
_PLAIN_END = re.compile(r"(?:^|[\s(„“\"])[^\W\d_]*[a-zäöüß]{3}$")
_GLUED_LEFT = re.compile(r"[a-zäöüß]{2}$|[)\]“”\"»«]$|(?:^|\s)\d{4}$")
_GLUED_NEXT = re.compile(r"([A-ZÄÖÜ][a-zäöüß]+)\s+(\w+)")
_ENUMERATOR = re.compile(r"\W*(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVX]{1,4}|[ivx]{1,4})")
_YEAR = re.compile(r"(?:1[1-9]|20)\d\d\b")
_MAYBE_ORDINAL = re.compile(r"\d{1,3}|\d{1,2}\.\d{1,2}|[\d./–-]+\.[/–-]\d{1,2}")
_ROMAN = re.compile(r"[IVXLC]{2,6}")
_NO_VOWEL = re.compile(r"[B-DF-HJ-NP-TV-Z]?[bcdfghjklmnpqrstvwxz]{1,5}")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_NOTHING_BUT_MARKS = re.compile(r"^[(\[][.!?…]+[)\]]")  # "(!)", "[…]"
_BRACKET = re.compile(r"[()\[\]]")
_SHORT_QUOTE = re.compile(
    r"(?<![^\s(\[*])"
    r"(?:„[^„“”\"]{1,80}[“”\"]|“[^“”]{1,80}”|»[^»«]{1,80}«|«[^»«]{1,80}»|\"\S[^\"]{0,79}\")"
)
_QUOTE_GOES_ON = re.compile(r"\s*(?:[,;–—-]|[a-zäöüß])")
_SPEECH_TAG = re.compile(
    r"(?:(?:[A-Z][\w.’'-]*)\s+){1,4}"
    r"(?:said|says|asked|asks|added|adds|replied|wrote|writes|explained|told|cried|warned)\b"
)
_SIGHT = 60  # code points the rules see left and right of a stop
_LABEL_REACH = 16  # code points; nothing longer is the bare number or label of a list item
_BRACKET_REACH = 400  # code points; a bracket open for longer is taken for a slip


def _list(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class _Words:
    """What the rules know of one language. Abbreviations are lower case, without white space."""

    language: str
    never: frozenset[str]  # abbreviations that end no sentence
    sometimes: frozenset[str]  # abbreviations that end one if a starter follows
    before_number: frozenset[str]  # abbreviations only before a number, else ordinary words
    plain: frozenset[str]  # lower-case words that resemble abbreviations
    starters: frozenset[str]  # words that, with a capital, start a sentence
    upper_ends: frozenset[str]  # those of sometimes for which any word with a capital is a starter
    labels: frozenset[str]  # words whose number follows them: "Platz 3", "Kapitel 4"


_SHARED_NEVER = """
    dr. prof. mr. mrs. ms. ing. dipl.-ing. vs. tel. e.g. i.e. z.b. d.h. cf. vgl. ca. approx. nr.
    nos. rev. hon. bsp. bspw. bzw. gebr.
"""
_SHARED_SOMETIMES = """
    inc. ltd. corp. co. st. jr. sr. etc. usw. e.v. str. u.s. u.k. u.n. d.c. b.c. a.d. ph.d. m.a.
    b.a. m.sc. b.sc. m.d. jan. feb. apr. jun. jul. aug. sep. sept. nov. mio. mrd. al.
"""
_LABELS = _list("""
    § §§ platz seite abschnitt absatz abs. nr. nummer artikel art. kapitel kap. tabelle tab.
    abbildung abb. anlage anhang version phase stufe klasse gruppe raum zimmer gleis linie satz
    punkt ziffer ziff. paragraph paragraf schritt step frage question aufgabe zone plan vitamin teil
    band typ haus tor halle modul los lit. buchstabe rang variante fußnote rn. s. no. section
    chapter table figure part page annex article
""")
_GERMAN = _Words(
    language="de",
    never=_list(_SHARED_NEVER)
    | _list("""
        v.a. i.d.r. i.s.d. i.s.v. i.v.m. i.h.v. o.g. o.a. u.u. z.t. z.zt. m.e. s.o. s.u. d.i. i.a.
        i.e.s. i.w.s. u.d.t. a.a.o. h.c. m.w. i.d.f. insb. insbes. gem. ggf. ggfs. evtl. sog. inkl.
        exkl. einschl. zzgl. abzgl. bezgl. bzgl. mind. hr. hrn. fr. frl. fa. abs. hs. ziff. lit.
        buchst. rn. rdnr. rz. az. urt. beschl. bgbl. abl. drs. bd. bde. kap. abb. tab. anm. hrsg.
        aufl. jg. fn. habil. med. jur. phil. nat. rer. theol. dipl. mag. geb. gest. gegr. verh.
        sächs. thür. bayer. hess. preuß. brandenb. nds. abt. ref. reg.-bez. rd. gez. ausg. betr.
        zul. geänd. lfd. stellv. staatl. städt. öffentl. techn. wiss. allg. versch. vors. dez.nr.
        hausnr. telefonnr. entspr. ev. kath. röm. dt. engl. franz. amtl. ehem. kfm. verw. vorl.
        schriftl. mündl. ausschl. gegebenenf. inh. gf. pos. bf. kl. gr. hl. art.-nr.
    """),
    sometimes=_list(_SHARED_SOMETIMES)
    | _list("""
        u.a. u.ä. o.ä. u.dgl. u.s.w. u.v.m. u.v.a. a.f. n.f. m.w.n. v.chr. n.chr. chr. ff. f. jh.
        jhd. jhdt. tsd. bay. stck. stk. std. sek. mo. di. mi. do. sa. so. jän. okt. dez. mrz. pl.
        hbf. bhf. ebd. a.m. p.m. wg. max. min. i.r. i.v.
    """),
    before_number=_list("art. fax. pp. vol. fig. sec. bl. kto. pkt. mai. märz. tz. ap."),
    plain=_list("mag mich so do la me al am"),
    starters=_list("""
        der die das den dem des ein eine einen einem einer eines kein keine keinen keiner er sie es
        wir ihr ich du man wer was wie wo wann warum weshalb wieso welche welcher welches wem wen
        wozu wofür woran worin dies diese dieser dieses diesen diesem jene jener jenes jede jeder
        jedes alle allen alles beide beiden viele vielen einige einigen manche mehrere weitere sein
        seine seinen seiner ihre ihren ihrer ihrem unser unsere unseren mein meine in im an am auf
        aus bei beim bis durch für gegen mit nach neben ohne seit über um unter von vom vor wegen
        während zu zum zur zwischen laut gemäß trotz und oder aber doch denn sondern auch als wenn
        weil da dass damit obwohl falls sobald sofern soweit solange nachdem bevor ob dabei dadurch
        dafür dagegen daher dahinter danach dann daneben daran darauf daraus darin darüber darum
        darunter davon davor dazu deshalb deswegen dennoch trotzdem jedoch allerdings außerdem zudem
        ferner hierbei hierdurch hierfür hierin hierzu hiermit hier dort heute gestern morgen jetzt
        nun so somit sonst ansonsten schließlich zuletzt zunächst zuerst inzwischen mittlerweile
        bereits schon noch nur erst sogar ebenso ebenfalls gleichzeitig insgesamt insbesondere
        eventuell vielleicht dazwischen später früher künftig zukünftig derzeit aktuell ja nein
        bitte hat ist sind wird werden wurde wurden kann können muss müssen soll sollen darf gibt
        näheres nähere andere anderes anderen deren dessen etwa
    """),
    upper_ends=_list("usw. etc. u.s.w. u.ä. o.ä. u.dgl. u.v.m. u.v.a."),
    labels=_LABELS,
)
_ENGLISH = _Words(
    language="en",
    never=_list(_SHARED_NEVER)
    | _list("""
        messrs. gen. col. capt. lt. sgt. maj. cmdr. adm. gov. sen. rep. pres. amb. supt. mt. ft.
        dept. univ. assoc. bros. viz. incl. excl. avg. max. min. est. resp. ext. reg. regs. sched.
        figs. secs. arts. chs. vols. eqs. nos. ed. eds. trans. intl. natl. govt. p.o. w.r.t. a.k.a.
        f.k.a. insp. hr. fr.
    """),
    sometimes=_list(_SHARED_SOMETIMES)
    | _list("""
        a.m. p.m. mar. oct. dec. mon. tue. tues. wed. thu. thur. thurs. fri. ave. blvd. rd. sq. hwy.
        ln. bldg. apt. ll.m. ll.b. m.b.a. esq. ibid. n.b. llc. plc. e.u. calif. mass. pa. conn.
        okla. tenn. wash. wis. ill. ind. fla. ga. va. tex.
    """),
    before_number=_list("""
        no. art. fax. pp. vol. fig. sec. ch. eq. para. paras. pt. cl. sch. ss. app. sat. sun. may.
        abs. kap.
    """),
    plain=_list(
        "may no me miss re art ill ore fed la del mass wash sat sun wed mar fig so app trans"
    ),
    starters=_list("""
        the a an this that these those it its he she they we you i his her their our my your there
        here who what when where why how which whose in on at by for from with without after before
        during since until under over between among through of to as if although though because
        while whereas once unless and or but nor so yet however therefore moreover furthermore
        meanwhile instead thus hence then now today yesterday tomorrow all both each every some any
        many most several few no not none another other others one two three according despite also
        still even only perhaps please is are was were has have had do does did can could will would
        should may might must let
    """),
    upper_ends=_list("etc. a.m. p.m."),
    labels=_LABELS,
)
_TIME_GOES_ON = _list("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december est edt cst cdt pst pdt gmt utc cet cest bst
    eastern central pacific
""")
_MONTHS = _list("""
    januar februar märz april mai juni juli august september oktober november dezember jänner
    january february march may june july october december jan. feb. apr. aug. sep. sept. okt. nov.
    dez.
""")
_NAMES_WITH_MARK = _list("yahoo jeopardy oklahoma mamma oliver joomla mit")
_UNITS = _list("""
    Hz rpm mph bps km kg cm mm qm ml dm hl kn ft lb lbs px pt hrs pm am m g l t h W V K °C °F
""")
_BEFORE_DATE = _list("am zum bis vom ab den dem der")
_JOINING = _list("of and the in on by for und der des die das in im von für mit oder")


@dataclass(frozen=True, slots=True)
class _Stop:
    """A place where a sentence may end, and its surroundings; offsets are those of the block."""

    at: int  # the first mark
    end: int  # behind marks, closing quotes, brackets and footnote signs
    marks: str
    tail: str  # up to 60 code points left of the marks, none of an earlier sentence
    word: str  # the last token of tail without opening quotes; "" after white space
    raw: str  # the next character that is not white space
    after: str  # up to 60 code points from raw on, without opening quotes, dashes, bullets

    @property
    def next_word(self) -> str:
        """The word that follows, composed (NFC); "" before a figure or sign."""
        match = _WORD.match(self.after)
        return unicodedata.normalize("NFC", match.group()) if match else ""

    @property
    def before_word(self) -> str:
        """The token left of ``word``, lower case; "" if there is none."""
        tokens = self.tail.split()
        return tokens[-2].lower().lstrip(_OPENING) if len(tokens) > 1 and self.word else ""


def split_sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the sentences of one block of prose, in order.

    Spans count code points, do not overlap, neither start nor end with white space, and together
    hold every character that is not white space. Line breaks, single or not, end no sentence.
    Takes time linear in the length of ``text``.

    Raises:
        ValueError: ``language`` is neither "de" nor "en".
    """
    if language not in ("de", "en"):
        raise ValueError(f"language is {language!r}, sentences are split for 'de' and 'en'")
    words = _GERMAN if language == "de" else _ENGLISH
    edges = [0, *_ends(text, words), len(text)]
    return _spans(text, edges)


def _ends(text: str, words: _Words) -> Iterator[int]:
    """Yield the offsets behind each sentence but the last."""
    closed = _closed_spans(text)
    start = 0
    for match in _STOP.finditer(text):
        stop = _stop(text, match, start, words)
        if stop is None or _inside(closed, stop):
            continue
        if stop.at - start < _LABEL_REACH and _is_opening(text[start : stop.at], words):
            continue
        ends = _verdict(stop, words)
        if ends is None:
            ends = _library_ends(stop, words.language) or _starts(stop, words)
        if ends:
            start = stop.end
            yield start


def _spans(text: str, edges: list[int]) -> list[tuple[int, int]]:
    """Strip the pieces between ``edges``; one without letter or digit joins the one before it."""
    spans: list[tuple[int, int]] = []
    for left, right in pairwise(edges):
        piece = text[left:right]
        bare = piece.strip()
        if not bare:
            continue
        start = left + len(piece) - len(piece.lstrip())
        if spans and _ALNUM.search(bare) is None:
            start = spans.pop()[0]
        spans.append((start, left + len(piece.rstrip())))
    return spans


def _stop(text: str, match: re.Match[str], start: int, words: _Words) -> _Stop | None:
    """Describe a run of marks; return None at the end of the text and inside a token."""
    at, end = match.span()
    tail = text[max(start, at - _SIGHT) : at]
    following = _NONSPACE.search(text, end)
    if following is not None and following.start() == end:
        note = _NUMBERED_NOTE.match(text, end)
        if note and _PLAIN_END.search(tail):
            end = note.end()
            following = _NONSPACE.search(text, end)
        elif not _is_glued(text, match, tail, words):
            return None
    if following is None:
        return None
    ahead = text[following.start() : following.start() + _SIGHT]
    word = "" if not tail or tail[-1].isspace() else tail.split()[-1].lstrip(_OPENING)
    lead = _LEAD_IN.match(ahead)
    after = ahead[lead.end() :] if lead else ahead
    return _Stop(at, end, match.group(), tail, word, ahead[0], after)


def _is_glued(text: str, match: re.Match[str], tail: str, words: _Words) -> bool:
    """Tell whether a space is missing behind the stop: "in Leipzig.Panorama of the city"."""
    ahead = _GLUED_NEXT.match(text[match.end() : match.end() + _SIGHT])
    if ahead is None or len(match.group()) > 1 or not _GLUED_LEFT.search(tail):
        return False
    first, second = ahead.groups()
    if first.lower() in words.starters:
        return True
    left = tail.rsplit(maxsplit=1)[-1].lstrip(_OPENING)
    return bool(_PLAIN_END.search(tail)) and (second in _JOINING or left.islower())


def _verdict(stop: _Stop, words: _Words) -> bool | None:
    """Say whether a sentence ends at ``stop``; None leaves it to the library."""
    if stop.raw in ",;:.!?…/&%=)]}" or not stop.after:
        return False
    if _goes_on_lower(stop.after) or _NOTHING_BUT_MARKS.search(stop.tail[-1:] + stop.marks):
        return False
    if stop.raw == "(" and stop.after[0].isdigit() and len(stop.marks) > 1:
        return False
    if "!" in stop.marks or "?" in stop.marks:
        return _after_question(stop, words)
    if "…" in stop.marks or ".." in stop.marks:
        return _after_ellipsis(stop, words)
    if (stop.word and not stop.word[-1].isalnum()) or _CLOSED_STOP.search(stop.marks):
        return True
    if stop.word[:1].isdigit() or stop.word[-1:].isdigit():
        return _after_number(stop, words)
    return _after_word(stop, words)


def _is_opening(sentence: str, words: _Words) -> bool:
    """Tell whether the sentence has no word yet: nothing, marks, "2", "Schritt 2" as in a list."""
    bare = sentence.strip()
    if _ALNUM.search(bare) is None or _ENUMERATOR.fullmatch(bare):
        return True
    label, _, number = bare.partition(" ")
    return number.isdigit() and label.lower() in words.labels


def _goes_on_lower(after: str) -> bool:
    """Tell whether a lower-case word follows; names such as eHealth, mm1, www.x.de are none."""
    if not after[0].islower() or after[1:2] == ")":
        return False
    token = after.split(None, 1)[0]
    return not (
        token.startswith(("www.", "http")) or any(c.isupper() or c.isdigit() for c in token[1:])
    )


def _starts(stop: _Stop, words: _Words) -> bool:
    """Tell whether a word follows that has a capital only because it starts a sentence."""
    word = stop.next_word
    initial = len(word) == 1 and stop.after[1:2] == "."
    return word[:1].isupper() and word.lower() in words.starters and not initial


def _after_question(stop: _Stop, words: _Words) -> bool:
    """Decide behind ! and ?: names such as Yahoo!, then tags such as “Why?” Mayor Brown asked."""
    if stop.word.lower() in _NAMES_WITH_MARK and stop.marks == "!":
        return _starts(stop, words)
    return not (len(stop.marks) > 1 and _SPEECH_TAG.match(stop.after))


def _after_ellipsis(stop: _Stop, words: _Words) -> bool:
    """Tell an end from an omission, which stands between spaces; any German noun may follow it."""
    if stop.word or words.language == "en":
        return True
    return _starts(stop, words)


def _after_number(stop: _Stop, words: _Words) -> bool:
    """Tell an ordinal ("am 3. Oktober", "das 12. Treffen") from a number that ends a sentence."""
    word = stop.word.lstrip("§")
    if stop.after.split(maxsplit=1)[0].lower().rstrip(",") in _MONTHS:
        return _MAYBE_ORDINAL.fullmatch(word) is None
    if words.language == "en" or _MAYBE_ORDINAL.fullmatch(word) is None:
        return True
    if stop.after[0].isdigit():
        return False
    if _starts(stop, words) or word != stop.word:
        return True
    if stop.before_word in words.labels or stop.before_word.endswith(("str.", "straße")):
        return True
    return "." in word and "-" not in word and stop.before_word not in _BEFORE_DATE


def _after_word(stop: _Stop, words: _Words) -> bool | None:
    """Decide behind a word, an abbreviation, an initial, by the lists first, then by the look."""
    keys = _keys(stop)
    digit = stop.after[0].isdigit()
    if stop.word in words.plain and not digit:
        return True
    if not words.never.isdisjoint(keys):
        return False
    if not words.before_number.isdisjoint(keys):
        return not (digit or stop.raw in "§+" or _ROMAN.match(stop.after))
    if not words.upper_ends.isdisjoint(keys):
        return not digit and stop.next_word.lower() not in _TIME_GOES_ON
    if stop.before_word[-1:].isdigit() and (stop.word in _UNITS or "/" in stop.word):
        return True
    if not words.sometimes.isdisjoint(keys) or _looks_abbreviated(stop.word):
        labelled = len(stop.word) == 1 and stop.before_word in words.labels
        return labelled or _starts(stop, words)
    if words.language == "de" and _ROMAN.fullmatch(stop.word):
        return _starts(stop, words) or stop.before_word in words.labels
    return True if _looks_whole(stop) else None


def _looks_whole(stop: _Stop) -> bool:
    """Tell whether a word cannot be an abbreviation, from capitals inside it or what follows it."""
    if any(map(str.isupper, stop.word[1:])):
        return True
    if _YEAR.match(stop.after) and len(stop.word) > 1:
        return True
    return not stop.after[0].isupper() and _PLAIN_END.search(stop.tail) is not None


def _looks_abbreviated(word: str) -> bool:
    """Tell whether a token looks abbreviated: initial, dotted, without vowel, ending in -str."""
    if (len(word) == 1 and word.isalpha()) or ".-" in word or _DOTTED.fullmatch(word):
        return True
    if word.endswith(("str", "nr")) and word[:1].isupper():
        return True
    return _NO_VOWEL.fullmatch(word) is not None and word not in _UNITS and len(word) > 1


def _keys(stop: _Stop) -> list[str]:
    """Return the ways to read the end of ``tail`` as an abbreviation: "b.", "z.b.", ..."""
    if not stop.word:
        return []
    joined = unicodedata.normalize("NFC", stop.word.lower())
    keys = [joined + ".", re.split(r"[-/]", joined)[-1] + "."]
    if "." in stop.tail:
        for token in reversed(stop.tail.lower().split()[-4:-1]):
            joined = token.lstrip(_OPENING) + joined
            keys.append(joined + ".")
    return keys


def _closed_spans(text: str) -> list[tuple[int, int]]:
    """Return, in order, brackets and short quotations in mid-sentence: no sentence ends in them."""
    quotations = (
        (match.start(), match.end() - 1)
        for match in _SHORT_QUOTE.finditer(text)
        if _QUOTE_GOES_ON.match(text, match.end())
    )
    closed = [
        (start, end)
        for start, end in (*_brackets(text), *quotations)
        if _in_mid_sentence(text, start)
    ]
    return _outermost(sorted(closed))


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of matching brackets, inner ones first; 16 may be open at a time."""
    open_at: deque[int] = deque(maxlen=16)
    for match in _BRACKET.finditer(text):
        if match.group() in "([":
            open_at.append(match.start())
        elif open_at:
            start = open_at.pop()
            if match.start() - start <= _BRACKET_REACH:
                yield start, match.start()


def _in_mid_sentence(text: str, at: int) -> bool:
    """Tell whether words stand before ``at``, and no stop, colon or comma between."""
    before = text[max(0, at - 8) : at].rstrip().rstrip(_CLOSING)
    return bool(before) and before[-1] not in ".!?…:,"


def _outermost(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Drop spans inside others; ``spans`` are sorted, and so is the result."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def _inside(spans: list[tuple[int, int]], stop: _Stop) -> bool:
    """Tell whether ``stop``, with its closing marks, lies inside one of ``spans``."""
    place = bisect_left(spans, (stop.at, 0)) - 1
    return place >= 0 and stop.end <= spans[place][1]


def _library_ends(stop: _Stop, language: str) -> bool:
    """Ask sentencex whether a sentence ends at ``stop``, without quotes, brackets, emphasis."""
    word = _NO_WORD.split(stop.word.replace("’", "").replace("'", ""))[-1]
    asked = f"{word}. {stop.after}"
    ends = len(word) + 2
    return any(piece["end_index"] == ends for piece in get_sentence_boundaries(language, asked))

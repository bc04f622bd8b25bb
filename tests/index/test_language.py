"""Language of texts and questions: golden questions, fallbacks, third languages, repeatability."""

import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import index.language
from index.language import (
    LANGUAGES,
    detect_language,
    mixes_languages,
    question_language,
    unsupported_language,
)

QUESTIONS = tomllib.loads(
    Path(__file__).with_name("short_questions.toml").read_text(encoding="utf-8")
)
OTHER = {"de": "en", "en": "de"}
GERMAN = [
    "Wo liegt Aix-en-Provence?",
    "Wer war Charles de Gaulle und wann starb er?",
    "Was kostet das Ticket nach São Paulo?",
    "Wann spielte Real Madrid gegen den FC Barcelona?",
    "Wie heißt der Bürgermeister von Łódź?",
    "Wer schrieb Il nome della rosa?",
    "Wie weit ist es von Leipzig nach Ústí nad Labem?",
    "Was bedeutet der Begriff laissez-faire?",
    "Wer leitet die Haute école de gestion de Genève?",
    "Welche Partner kommen aus Den Haag und Utrecht?",
    "Kosten Eintritt Museo del Prado Madrid",
    "Ansprechpartner Smart Infrastructure Hub Leipzig Telefon",
    "digital hub initiative partner leipzig dresden",
    "foerderung fuer startups in sachsen und thueringen",
    "Wie hoch ist der Zuschuss für kleine Unternehmen?",
    "wann und wo findet das treffen statt",
    "Ticketpreis Studierende Expertentreffen Energiemetropole Leipzig",
    "Eric Weber John Morton Jörn-Heinrich Tobaben",
    "Budget 2027 Stadt Leipzig Haushalt Plan",
    "Wie viele Start-ups hat das SpinLab begleitet?",
    "Wer gründete die École Polytechnique in Paris?",
    "Was heißt спасибо auf Deutsch?",
    "Wie wurden die Siedler in die Gesellschaft aufgenommen?",
    "Was macht die Università degli Studi di Milano?",
    "Ist Rockaway Capital aus Prag an Invia beteiligt?",
    "Gibt es in Kopenhagen ein Büro der mm1?",
    "Welche Rolle spielt der Coup d'État in dem Text?",
    "nenne alle partner aus der tschechischen republik",
    "Wo steht die Kirche San Giovanni in Laterano?",
    "Warum heißt das Schiff La Niña?",
    "Bis wann muss man sich zur Konferenz anmelden?",
    "In welchem Jahr kam Don Quijote de la Mancha heraus?",
]
ENGLISH = [
    "Where is Aix-en-Provence located?",
    "Who was Charles de Gaulle and when did he die?",
    "How much is a ticket to São Paulo?",
    "When did Real Madrid play against FC Barcelona?",
    "What is the name of the mayor of Łódź?",
    "Who wrote Il nome della rosa?",
    "How far is Ústí nad Labem from Leipzig?",
    "What does laissez-faire mean in economics?",
    "Who heads the Haute école de gestion de Genève?",
    "Which partners are from Den Haag and Utrecht?",
    "entrance fee Museo del Prado Madrid",
    "Smart Infrastructure Hub Leipzig contact person phone",
    "digital hub initiative partners leipzig dresden",
    "funding for startups in saxony and thuringia",
    "How high is the grant for small companies?",
    "when and where is the meeting",
    "ticket price students expert meeting Energiemetropole Leipzig",
    "Is Eric Weber the head of SpinLab?",
    "city of leipzig budget plan 2027",
    "How many start-ups has SpinLab supported?",
    "Who founded the École Polytechnique in Paris?",
    "What does спасибо mean in English?",
    "How were the settlers assimilated into society?",
    "What does the Università degli Studi di Milano do?",
    "Does Rockaway Capital from Prague own Invia?",
    "Is there an office of mm1 in Copenhagen?",
    "What role does the coup d'état play in the text?",
    "list all partners from the czech republic",
    "Where is the church of San Giovanni in Laterano?",
    "Why is the ship called La Niña?",
    "By when do you have to register for the conference?",
    "In which year was Don Quijote de la Mancha published?",
]
FOREIGN = [
    ("fr", "Qui dirige le Smart Infrastructure Hub à Leipzig ?"),
    ("fr", "Combien coûte la participation à la conférence ?"),
    ("fr", "Quels sont les partenaires du hub numérique ?"),
    ("fr", "Où se trouve le siège de la société ?"),
    ("es", "¿Quién dirige el Smart Infrastructure Hub de Leipzig?"),
    ("es", "¿Cuánto cuesta la entrada para los estudiantes?"),
    ("es", "quien es el director de la empresa"),
    ("it", "Chi dirige lo Smart Infrastructure Hub di Lipsia?"),
    ("it", "Quanto costa il biglietto per gli studenti?"),
    ("it", "Dove si trova la sede della società?"),
    ("pt", "Quanto custa a participação na conferência?"),
    ("pt", "Onde fica a sede da empresa?"),
    ("nl", "Wie leidt de Smart Infrastructure Hub in Leipzig en waar is het kantoor?"),
    ("nl", "Hoeveel kost een kaartje voor studenten?"),
    ("nl", "Wat zijn de doelstellingen van het onderzoek?"),
    ("pl", "Kto kieruje centrum Smart Infrastructure Hub w Lipsku?"),
    ("pl", "Ile kosztuje udział w konferencji?"),
    ("cs", "Kde se nachází sídlo společnosti?"),
    ("tr", "Konferansa katılım ücreti ne kadar?"),
    ("tr", "Şirketin merkezi nerede ve kaç kişi çalışıyor?"),
    ("sv", "Var ligger företagets huvudkontor?"),
    ("da", "Hvad koster det at deltage i konferencen?"),
    ("ru", "Кто руководит Smart Infrastructure Hub в Лейпциге?"),
    ("ru", "Сколько стоит участие в конференции?"),
    ("uk", "Хто очолює цифровий центр у Лейпцигу і скільки там партнерів?"),
    ("el", "Ποιος διευθύνει το κέντρο στη Λειψία;"),
    ("ar", "من يدير المركز الرقمي في لايبزيغ؟"),
    ("ja", "ライプツィヒのハブを率いるのは誰ですか"),
    ("zh", "莱比锡的智能基础设施中心由谁领导？"),
    ("ko", "라이프치히 허브는 누가 이끌고 있습니까?"),
]


def short_questions() -> list[tuple[str, str]]:
    """Return each short question with its language."""
    return [
        (language, question)
        for language in LANGUAGES
        for part in ("", "_later", "_more")
        for question in QUESTIONS[language + part]
    ]


def test_no_word_speaks_for_both_languages():
    path = Path(index.language.__file__).with_name("data") / "language_words.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    kinds = ("function", "weak", "content")
    listed = [word for code in LANGUAGES for kind in kinds for word in lists[code][kind].split()]
    listed += lists["both"]["words"].split()
    assert sorted(listed) == sorted(set(listed))


def test_there_are_300_short_questions_of_six_words_at_most():
    questions = short_questions()
    assert len(questions) >= 300
    assert {language: sum(q[0] == language for q in questions) for language in LANGUAGES} == {
        "de": pytest.approx(len(questions) / 2, rel=0.05),
        "en": pytest.approx(len(questions) / 2, rel=0.05),
    }
    assert max(len(question.split()) for _, question in questions) <= 6


def test_short_questions_are_recognised_even_if_the_interface_has_the_other_language():
    wrong = [
        question
        for language, question in short_questions()
        if question_language(question, interface=OTHER[language]) != language
    ]
    assert len(wrong) <= 0.02 * len(short_questions()), wrong


def test_no_short_question_is_taken_for_the_other_language():
    wrong = [
        question
        for language, question in short_questions()
        if question_language(question, interface=language) != language
    ]
    assert wrong == []


def test_words_never_tuned_on_seldom_speak_for_the_other_language():
    unseen = [(code, question) for code in LANGUAGES for question in QUESTIONS[f"{code}_unseen"]]
    against, with_it = (
        [pair for pair in unseen if question_language(pair[1], interface=page[pair[0]]) != pair[0]]
        for page in (OTHER, {code: code for code in LANGUAGES})
    )
    assert len(unseen) == 120
    assert len(with_it) <= 0.02 * len(unseen), with_it
    assert len(against) <= 0.15 * len(unseen), against


@pytest.mark.parametrize("question", QUESTIONS["ambiguous"])
def test_an_ambiguous_question_follows_the_conversation_then_the_interface(question):
    assert question_language(question, conversation="en", interface="de") == "en"
    assert question_language(question, conversation="de", interface="en") == "de"
    assert question_language(question, interface="en") == "en"
    assert question_language(question, interface="de") == "de"


def test_override_wins():
    assert question_language("Wer leitet den Hub?", override="en", conversation="de") == "en"


@pytest.mark.parametrize("argument", ["override", "conversation", "interface"])
def test_a_third_language_is_refused_as_a_setting(argument):
    with pytest.raises(ValueError, match="'fr'"):
        question_language("Wer leitet den Hub?", **{argument: "fr"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_questions_are_recognised(language):
    for question in {"de": GERMAN, "en": ENGLISH}[language]:
        if question != "Eric Weber John Morton Jörn-Heinrich Tobaben":
            assert question_language(question, interface=OTHER[language]) == language, question


def test_a_quoted_title_does_not_decide():
    assert question_language("Wann kam „The Voice of the People“ heraus?", interface="en") == "de"
    assert question_language("Who sang “Die Gedanken sind frei und gut”?", interface="de") == "en"


def test_decomposed_umlauts_and_capitals_are_read():
    assert question_language("Fo\u0308rderho\u0308he", interface="en") == "de"
    assert question_language("WER LEITET DEN HUB", interface="en") == "de"
    assert question_language("WHERE IS THE HUB", interface="de") == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Stadt fördert Unternehmen, die in Leipzig neue Arbeitsplätze schaffen.", "de"),
        ("The city supports companies that create new jobs in Leipzig.", "en"),
        ("Handlungsempfehlungen & Leuchtturmprojekte", "de"),
        ("POTENZIALSTUDIE DIGITALISIERUNG UND DIGITALE INFRASTRUKTUR", "de"),
        ("Foreign investors welcome", "en"),
        ("Netzwerk Energie & Umwelt (Network for Energy and the Environment) is a partner.", "en"),
        ("Quelle: RCKT GMBH & CO. KG/Digital Hub Initiative", "de"),
        ("Im Bereich „Internet of Things“ und „Smart Systems“ entstehen neue Firmen.", "de"),
    ],
)
def test_texts_are_recognised(text, language):
    assert detect_language(text, default=OTHER[language]) == language


@pytest.mark.parametrize("text", ["", "2027", "§ 5", "☎ +49 (0)341", "…", "SAP"])
def test_a_text_without_words_has_the_default_language(text):
    assert detect_language(text) == "de"
    assert detect_language(text, default="en") == "en"


def test_a_long_text_is_judged_by_beginning_middle_and_end():
    body = "Die Mittel stehen bereit und werden im Mai vergeben. " * 2000
    assert detect_language("The summary is short. " * 20 + body, default="en") == "de"


@pytest.mark.parametrize(
    ("language", "text", "mixed"),
    [
        ("en", "The region offers room for further rechenzentren.", True),
        ("en", "The Wettbewerb and the Wirtschaft of the region grow.", True),
        ("en", "The forces in these digitalen Zukunftsfeldern must be joined.", True),
        ("en", "Further data centres could be built nach der Kohle.", True),
        ("en", "The Amt für Statistik der Stadt Leipzig counts.", False),
        ("en", "The Potenzialstudie Digitalisierung appeared in 2022.", False),
        ("en", "Its motto is “Zukunft wird hier gemacht”.", False),
        ("en", "Its motto is 'Zukunft wird hier gemacht'.", False),
        ("en", "Müller leads the Rathaus.", False),
        ("de", "Die Hub-Initiative is a network of over 500 Partner.", True),
        ("de", "Der Hub widmet sich energy, smart cities und health.", True),
        ("de", "Der Smart Systems Hub ist ein Accelerator für Start-ups.", False),
        ("de", "Das Motto lautet „enabling the Internet of Things“.", False),
        ("de", "Das Federal Ministry for Economic Affairs and Energy fördert ihn.", False),
        ("de", "Das Team arbeitet remote.", False),
        ("de", "Tel.: +49 (0)351 56 41 270.", False),
    ],
)
def test_words_of_both_languages_in_one_sentence(language, text, mixed):
    assert mixes_languages(text, language) == mixed


def test_there_are_enough_questions_for_and_against_a_third_language():
    assert len(GERMAN) + len(ENGLISH) >= 60
    assert len(FOREIGN) >= 20


@pytest.mark.parametrize("question", GERMAN + ENGLISH)
def test_no_question_of_ours_is_called_foreign(question):
    assert unsupported_language(question) is None


@pytest.mark.parametrize("question", [question for _, question in short_questions()])
def test_no_short_question_is_called_foreign(question):
    assert unsupported_language(question) is None


@pytest.mark.parametrize(("code", "question"), FOREIGN)
def test_a_foreign_question_is_named(code, question):
    assert unsupported_language(question) == code


@pytest.mark.parametrize("question", ["", "?", "2027 4 5 6 7", "Qui dirige le", "Спа"])
def test_too_little_text_is_not_called_foreign(question):
    assert unsupported_language(question) is None


@example("𣟷DÕÊ½\x08\U00062f17")
@given(st.text())
def test_any_text_has_one_of_our_languages(text):
    assert detect_language(text) in LANGUAGES
    assert question_language(text) in LANGUAGES
    code = unsupported_language(text)
    assert code is None or (len(code) == 2 and code not in LANGUAGES)


ANSWERS = """
import tomllib, sys
from index.language import detect_language, question_language, unsupported_language
questions = sys.stdin.read().splitlines()
print([(question_language(q, interface="en"), detect_language(q), unsupported_language(q))
       for q in questions])
"""


def test_answers_are_the_same_in_every_process_and_thread():
    questions = [*GERMAN, *ENGLISH, *(question for _, question in FOREIGN), *QUESTIONS["de"]]
    outputs = [_answers_of_a_fresh_process(questions, seed) for seed in ("0", "1")]
    with ThreadPoolExecutor(8) as pool:
        here = list(pool.map(_answers, questions * 2))
    assert here[: len(questions)] == here[len(questions) :]
    assert outputs[0] == outputs[1] == repr(here[: len(questions)])


def test_import_reads_no_profiles():
    check = "import sys, index.language; print('langdetect' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=_root()
    )
    assert done.stdout.strip() == "False"


def _answers(question: str) -> tuple[str, str, str | None]:
    return (
        question_language(question, interface="en"),
        detect_language(question),
        unsupported_language(question),
    )


def _answers_of_a_fresh_process(questions: list[str], seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", ANSWERS],
        input="\n".join(questions),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        cwd=_root(),
        env={"PYTHONHASHSEED": seed, "PATH": ""},
    )
    return done.stdout.strip()


def _root() -> Path:
    return Path(__file__).parents[2]

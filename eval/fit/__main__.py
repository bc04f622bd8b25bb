"""``python -m eval.fit --squad FILE [--xquad FOLDER]``: fit ranker, evidence, answerability.

Writes ``qa/models/*.json`` with coefficients, provenance and the figures reached on documents that
were kept out. ``--xquad`` only reports; nothing is fitted on it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.fit.ablation import ablation
from eval.fit.bench import Bench, open_bench
from eval.fit.corpora import (
    nomiracl_corpus,
    own_corpus,
    seeds_corpus,
    squad_corpus,
    strangers,
    xquad_corpus,
)
from eval.fit.fitting import (
    Models,
    answerability_rows,
    fit_models,
    narrow_rows,
    report_answerability,
    report_retrieval,
)
from eval.fit.word_space import fit_word_space
from eval.remembering import RememberingEncoder
from index.embedding import Encoder, load_encoder
from index.settings import load_settings
from index.wordspace import load_word_space
from qa.logistic import Logistic

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "qa" / "models"
WORDS = ROOT / "index" / "models" / "words.safetensors"
SETS = (
    ROOT / "eval/sets/seeds.jsonl",
    ROOT / "eval/fit/data/seeds.jsonl",
    ROOT / "eval/fit/data/seeds-more.jsonl",
)
ABLATION = ROOT / "eval/fit/ablation.json"
THRESHOLD_SET = ROOT / "eval/fit/data/threshold.jsonl"
STRANGERS = 400


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.fit", description=__doc__)
    parser.add_argument("--squad", type=Path, help="a SQuAD 2.0 file, for near misses in English")
    parser.add_argument("--squad-questions", type=int, default=1600)
    parser.add_argument("--nomiracl", type=Path, nargs="*", default=[], help="NoMIRACL files")
    parser.add_argument("--xquad", type=Path, help="folder with xquad.de.json, xquad.en.json")
    parser.add_argument("--word-steps", type=int, default=160, help="0 keeps the space of words")
    parser.add_argument("--ablation", action="store_true", help="also tell what each part earns")
    parser.add_argument("--work", type=Path, help="keep indexes here between runs")
    options = parser.parse_args()
    settings = load_settings()
    model = load_encoder(settings.model, settings.cache, settings.threads)
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        encoder = RememberingEncoder(model, work / "embedded.sqlite")
        benches = open_benches(options, work, encoder)
        if options.word_steps:
            WORDS.write_bytes(fit_word_space(benches, encoder, steps=options.word_steps))
            load_word_space.cache_clear()
            benches = open_benches(options, work, encoder)
        models = fit_models(benches, judging_bench(work, encoder))
        provenance = {
            "command": "python -m eval.fit" + (" --squad FILE" if options.squad else ""),
            "fitted_on": [bench.corpus.name for bench in benches],
            "model": encoder.identity,
            "held_out": held_out_figures(benches, models),
        }
        if options.xquad:
            reported = xquad_benches(options.xquad, work, encoder)
            provenance["reported_on"] = {
                bench.corpus.name: report_retrieval(bench, models) for bench in reported
            }
            if options.ablation:
                found = ablation(benches, reported, models) | {"model": encoder.identity}
                ABLATION.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(provenance, indent=1))
    write("ranker", models.ranker, provenance)
    write("evidence", models.evidence, provenance)
    write("answerability", models.answerability, provenance, threshold=models.threshold)
    write("answerability_narrow", models.narrow, provenance)


def open_benches(options: argparse.Namespace, work: Path, encoder: Encoder) -> list[Bench]:
    """Sync every training corpus, with questions of another added as off topic."""
    own = [own_corpus(work / f"own-{i}", i) for i in (0, 1)]
    seeds = seeds_corpus(ROOT / "seeds", [path for path in SETS if path.is_file()])
    corpora = [own[0], own[1], strangers(seeds, own[0], STRANGERS // 10)]
    if options.squad:
        squad = squad_corpus(work / "squad2", options.squad, options.squad_questions)
        corpora[0] = strangers(own[0], squad, STRANGERS)
        corpora.append(strangers(squad, own[0], STRANGERS))
    if options.nomiracl:
        corpora.append(nomiracl_corpus(work / "nomiracl", options.nomiracl))
    return [open_bench(corpus, work, encoder) for corpus in corpora]


def judging_bench(work: Path, encoder: Encoder) -> Bench:
    """The sample documents with the questions that choose the threshold."""
    corpus = seeds_corpus(ROOT / "seeds", [THRESHOLD_SET])
    return open_bench(replace(corpus, name="judging"), work, encoder)


def held_out_figures(benches: list[Bench], models: Models) -> dict[str, Any]:
    """What the models reach on the documents and sections that were kept out of the fit."""
    figures: dict[str, Any] = {}
    for bench in benches:
        ranker, sentence = models.ranker, models.evidence
        wide = answerability_rows([bench], ranker, sentence, held_out=True)
        narrow = narrow_rows([bench], ranker, sentence, held_out=True)
        cut = models.threshold
        figures[bench.corpus.name] = report_retrieval(bench, models) | {
            "answerability": report_answerability(models.answerability, cut, wide),
            "one paragraph": report_answerability(models.narrow, cut, narrow),
        }
    return figures


def xquad_benches(source: Path, work: Path, encoder: Encoder) -> list[Bench]:
    """XQuAD by paragraph, for both assignments of languages."""
    corpora = [xquad_corpus(work / f"xquad-{i}", source, i) for i in (0, 1)]
    return [open_bench(corpus, work, encoder) for corpus in corpora]


def write(name: str, model: Logistic, provenance: dict[str, Any], **more: Any) -> None:
    """Write one model with all that a reader needs to judge it."""
    MODELS.mkdir(exist_ok=True)
    content = {
        "features": model.features,
        "mean": [round(float(x), 4) for x in model.mean],
        "scale": [round(float(x), 6) for x in model.scale],
        "weights": [round(float(x), 4) for x in model.weights],
        "intercept": round(model.intercept, 4),
        **more,
        "provenance": provenance,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (MODELS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

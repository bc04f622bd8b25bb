"""A sentence-transformers model of 100 kB, real in all but what it knows: random weights."""

from __future__ import annotations

import warnings
from pathlib import Path

WORDS = [
    "der die das und ist nicht mit von für im den wie was wer wo wann ein eine zu auf",
    "the and is of in to for with what who where when how which are was by on has an",
    "hub netzwerk partner leipzig dresden ticket preis initiative network price berlin",
]


def build_tiny_model(folder: Path, seed: int = 3) -> Path:
    """Write a BERT of one layer and width 32 with a WordPiece vocabulary; the seed decides it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    base = folder / "base"
    base.mkdir(parents=True)
    letters = [chr(c) for c in (*range(33, 127), *map(ord, "äöüÄÖÜß„“€–"))]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *" ".join(WORDS).split()]
    vocabulary = dict.fromkeys([*pieces, *letters, *(f"##{letter}" for letter in letters)])
    (base / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=128,
        )
        BertModel(config).save_pretrained(base, safe_serialization=True)
        BertTokenizerFast(str(base / "vocab.txt"), model_max_length=128).save_pretrained(base)
        transformer = Transformer(str(base))
        SentenceTransformer(
            modules=[transformer, Pooling(32, pooling_mode="mean"), Normalize()],
            prompts={"query": "query: ", "passage": "passage: "},
            device="cpu",
        ).save(str(folder / "model"))
    return folder / "model"

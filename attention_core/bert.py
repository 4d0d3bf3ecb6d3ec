"""A pretrained transformer in NumPy: all-MiniLM-L6-v2, a BERT of 6 layers with 12 heads each.

BERT (Devlin et al. 2019) is the left half of figure 1 in "Attention Is All You Need": words and positions become
vectors; each layer applies attention to all, then a feed-forward network to each. MiniLM (Wang et al. 2020) is a
small one, and sentence-transformers (Reimers & Gurevych 2019) taught it to tell whether two sentences mean the same.

One box of the figure is one function, small to large. A layer's weights are nested dicts whose keys are the functions'
argument names. Layers and heads are counted from 0 here, from 1 wherever people read them.
"""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from attention_core.attention import Attention, join_heads, scaled_dot_product_attention, split_heads
from attention_core.checkpoint import Config, read_config, read_weights
from attention_core.files import verify_file

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Abramowitz & Stegun 1964, 7.1.26: 1 - erf(z) = (a₁ t + … + a₅ t⁵) exp(-z²), t = 1 / (1 + p z), within 1.5e-7 for z ≥ 0
ERF_A = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
ERF_P = 0.3275911
MODEL = "all-MiniLM-L6-v2"  # its name in downloaded files
MAX_SCORES_AT_ONCE = 2**18  # these fit into the processor's cache on their way to weights; one head's at 512 tokens

Part = dict[str, np.ndarray]  # the learned numbers of one function, under its argument names


class UnfitSentence(ValueError):
    """A text the model cannot read: without a word, or with more word pieces than it has positions for."""


class Tokens(NamedTuple):
    """A sentence as the model reads it: word pieces, with [CLS] before and [SEP] after.

    Attributes:
        ids: (n,) the row of each piece in the table of word vectors.
        pieces: n strings; "##" marks one that continues the word before it.
        words: n numbers, which word of the sentence the piece belongs to, from 0; None for [CLS] and [SEP].
        spans: n pairs, where the piece stands in the text, (start, end); (0, 0) for [CLS] and [SEP].
    """

    ids: np.ndarray
    pieces: list[str]
    words: list[int | None]
    spans: list[tuple[int, int]]

    @property
    def groups(self) -> list[list[int]]:
        """The pieces of each word, as positions; [CLS] and [SEP] are groups of their own."""
        key = [position if word is None else -1 - word for position, word in enumerate(self.words)]
        return [list(group) for _, group in groupby(range(len(key)), key.__getitem__)]

    @property
    def labels(self) -> list[str]:
        """The text of each group, as the model spells it: its pieces put together."""
        return ["".join(self.pieces[i].removeprefix("##") for i in group) for group in self.groups]


class Layer(NamedTuple):
    """What one layer computed for a sentence.

    Attributes:
        x: (n, d_model) the vectors it was given.
        q, k, v: (n_heads, n, d_k) x W_Q + b_Q and so on, cut into heads.
        output: (n_heads, n, d_k) each head's weighted sum of the values.
        mixed: (n, d_model) the heads' outputs side by side, times W_O, plus b_O.
    """

    x: np.ndarray
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    output: np.ndarray
    mixed: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """(n_heads, n, n) who looks at whom, by all heads; computed at each call.

        Kept, those of 512 tokens would fill 75 MB. They come out of the same q and k and the same function again.
        """
        return np.concatenate([some.weights for some in attend(self.q, self.k, self.v)])

    def attention(self, head: int) -> Attention:
        """Every stage of one head: (n, n) each, the output (n, d_k)."""
        return scaled_dot_product_attention(self.q[head], self.k[head], self.v[head])

    def rows(self, query: int) -> np.ndarray:
        """(n_heads, n) where one token looks, by all heads."""
        return scaled_dot_product_attention(self.q[:, [query]], self.k, self.v).weights[:, 0]


class Reading(NamedTuple):
    """A sentence, and everything that the model computed for it.

    Attributes:
        tokens: its word pieces.
        layers: of each layer what it computed, the first layer first.
        states: (n, d_model) the vectors that leave the last layer.
    """

    tokens: Tokens
    layers: list[Layer]
    states: np.ndarray

    @property
    def maps(self) -> np.ndarray:
        """The attention weights of all heads, (n_layers, n_heads, n, n); computed at each call."""
        return np.stack([layer.weights for layer in self.layers])

    @property
    def sentence_vector(self) -> np.ndarray:
        """(d_model,) of length 1: the mean of all states, [CLS] and [SEP] included, which the model was trained on.

        The dot product of two of them says how alike two sentences are: 1 at most.
        """
        mean = self.states.mean(axis=0)
        return mean / math.sqrt(mean @ mean)


class Projections(NamedTuple):
    """One head's own columns of the learned matrices, and the rows of W_O that its output is multiplied with.

    Attributes:
        W_Q, W_K, W_V: (d_model, d_k); b_Q, b_K, b_V: (d_k,).
        W_O: (d_k, d_model).
    """

    W_Q: np.ndarray
    b_Q: np.ndarray
    W_K: np.ndarray
    b_K: np.ndarray
    W_V: np.ndarray
    b_V: np.ndarray
    W_O: np.ndarray


def gelu(x: np.ndarray) -> np.ndarray:
    """The activation GELU: x Φ(x) = x · ½ (1 + erf(x / √2)), of any shape.

    Hendrycks & Gimpel 2016, in the erf form with which this model was trained; within 1e-6.
    """
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + ERF_P * z)
    a1, a2, a3, a4, a5 = ERF_A
    below = t * (a1 + t * (a2 + t * (a3 + t * (a4 + t * a5)))) * np.exp(-z * z) / 2  # Φ(-|x|) = ½ (1 - erf(z))
    return x * np.where(x < 0, below, 1 - below)


def linear(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """x W + b: (n, d_in) → (n, d_out)."""
    return x @ w + b


def layer_norm(x: np.ndarray, g: np.ndarray, b: np.ndarray, eps: float) -> np.ndarray:
    """Give each vector mean 0 and variance 1, multiply it by g, add b: (n, d) → (n, d). Ba, Kiros & Hinton 2016.

    Args:
        g, b: (d,).
        eps: added to the variance, so that nothing is divided by 0.
    """
    mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + eps) * g + b


def embed(
    ids: np.ndarray, words: np.ndarray, positions: np.ndarray, segment: np.ndarray, norm: Part, eps: float
) -> np.ndarray:
    """The input of the first layer: the sum of the vectors of word, position and segment, after layer_norm.

    Args:
        ids: (n,) rows of words.
        words: (n_words, d_model), positions: (n_positions, d_model), segment: (d_model,).
        norm, eps: as in `layer_norm`.

    Returns:
        (n, d_model)
    """
    return layer_norm(words[ids] + positions[: len(ids)] + segment, **norm, eps=eps)


def attend(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> Iterator[Attention]:
    """Every stage of all heads, of a few heads at a time: (n_heads, n, d_k) → (some of the heads, n, n) and so on."""
    at_once = max(1, MAX_SCORES_AT_ONCE // q.shape[1] ** 2)
    for some in (slice(i, i + at_once) for i in range(0, len(q), at_once)):
        yield scaled_dot_product_attention(q[some], k[some], v[some])


def self_attention(
    x: np.ndarray, qkv: Part, out: Part, norm: Part, n_heads: int, eps: float
) -> tuple[np.ndarray, Layer]:
    """Let the tokens look at each other and add the output of the heads: LayerNorm(x + heads(x) W_O + b_O).

    Args:
        x: (n, d_model).
        qkv: w (d_model, 3 d_model) and b, those of Q, K and V side by side; out: w (d_model, d_model) and b.
        norm, eps: as in `layer_norm`.

    Returns:
        (n, d_model), and every stage.
    """
    q, k, v = split_heads(linear(x, **qkv), 3 * n_heads).reshape(3, n_heads, len(x), -1)
    output = np.concatenate([some.output for some in attend(q, k, v)])
    mixed = linear(join_heads(output), **out)
    return layer_norm(x + mixed, **norm, eps=eps), Layer(x, q, k, v, output, mixed)


def feed_forward(x: np.ndarray, up: Part, down: Part, norm: Part, eps: float) -> np.ndarray:
    """The feed-forward network, applied to each token alone: LayerNorm(x + gelu(x W_1 + b_1) W_2 + b_2).

    Args:
        x: (n, d_model).
        up: w (d_model, d_ff) and b; down: w (d_ff, d_model) and b.
        norm, eps: as in `layer_norm`.
    """
    return layer_norm(x + linear(gelu(linear(x, **up)), **down), **norm, eps=eps)


class MiniLM(NamedTuple):
    """The model: its sizes, its learned numbers, its tokenizer.

    Attributes:
        config: the sizes.
        weights: {"embed": {...}, "layers": [{"attention": {...}, "ffn": {...}}, ...]}, read-only float32; the table of
            word vectors stays on disk, in float16.
        tokenizer: what cuts a text into word pieces.
    """

    config: Config
    weights: dict[str, Any]
    tokenizer: "Tokenizer"

    def tokens(self, text: str) -> Tokens:
        """Cut a text into word pieces.

        Raises:
            UnfitSentence: there is no word in it, or it has too many pieces.
        """
        encoding = self.tokenizer.encode(text.replace("\u200b", " "))  # else it would join the words on its two sides
        n, maximum = len(encoding.ids), self.config.n_positions
        if n == 2:  # [CLS] and [SEP]
            raise UnfitSentence("there is no word in this text")
        if n > maximum:
            raise UnfitSentence(
                f"this text has {n} word pieces with [CLS] and [SEP]; the model reads {maximum}: shorten it"
            )
        return Tokens(np.array(encoding.ids), encoding.tokens, encoding.word_ids, encoding.offsets)

    def read(self, text: str) -> Reading:
        """Run the model on a text and keep what each layer computed.

        Raises:
            UnfitSentence: there is no word in it, or it has too many pieces.
        """
        tokens = self.tokens(text)
        eps, layers = self.config.eps, []
        x = embed(tokens.ids, **self.weights["embed"], eps=eps)
        for weights in self.weights["layers"]:
            y, layer = self_attention(x, **weights["attention"], n_heads=self.config.n_heads, eps=eps)
            x = feed_forward(y, **weights["ffn"], eps=eps)
            layers.append(layer)
        return Reading(tokens, layers, x)

    def projections(self, layer: int, head: int) -> Projections:
        """One head's matrices, layer and head counted from 0: q = x W_Q + b_Q, k = x W_K + b_K, v = x W_V + b_V."""
        attention, d_k = self.weights["layers"][layer]["attention"], self.config.d_model // self.config.n_heads
        own = slice(head * d_k, (head + 1) * d_k)
        W_Q, W_K, W_V = (w[:, own] for w in np.split(attention["qkv"]["w"], 3, axis=1))
        b_Q, b_K, b_V = (b[own] for b in np.split(attention["qkv"]["b"], 3))
        return Projections(W_Q, b_Q, W_K, b_K, W_V, b_V, W_O=attention["out"]["w"][own])


def load_minilm() -> MiniLM:
    """The model in data/minilm/.

    Raises:
        DamagedData: a file is missing or altered, or the files do not fit each other.
    """
    from tokenizers import Tokenizer  # here, because it is slow to load and only this function needs it

    config = read_config(verify_file("minilm/config.json"))
    weights = read_weights(verify_file("minilm/model.safetensors"), config)
    tokenizer = Tokenizer.from_file(str(verify_file("minilm/tokenizer.json")))
    tokenizer.encode_special_tokens = True  # a typed "[SEP]" is text, not the special token
    return MiniLM(config, weights, tokenizer)

"""A language model in NumPy: a transformer of the llama family (Touvron et al. 2023), such as SmolLM2-135M-Instruct.

It is the right half of figure 1 in "Attention Is All You Need", the decoder, without attention to an encoder: in each
layer every token looks at itself and at those before it; then a feed-forward network is applied to each token alone.
The dot product of the last vector with the vector of a word piece is the score of this piece for being the next.

    a = x + heads(rms_norm(x)) W_O          y = a + swiglu(rms_norm(a))

One box of the figure is one function, small to large. A layer's weights are nested dicts whose keys are the functions'
argument names. Layers and heads are counted from 0 here, from 1 wherever people read them.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from attention_core.attention import Attention, join_heads, scaled_dot_product_attention, split_heads
from attention_core.gguf_file import Matrix, open_gguf
from attention_core.llama_file import Config, model_path, read_config, read_tokenizer, read_weights, text_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class UnfitText(ValueError):
    """A text the model cannot read: without a token, or with more than it has positions for."""


class Tokens(NamedTuple):
    """A text as the model reads it.

    Attributes:
        ids: (n,) the row of each piece in the table of word vectors.
        pieces: n strings, each with its leading space; a piece that is part of a character as `<0xF0>`.
    """

    ids: np.ndarray
    pieces: list[str]


class Layer(NamedTuple):
    """What one layer computed for a text.

    Attributes:
        x: (n, d_model) its input.
        q: (n_heads, n, d_k) the queries, rotated by their positions.
        k: (n_kv_heads, n, d_k) the keys, rotated too; v: (n_kv_heads, n, d_k) the values.
        weights: (n_heads, n, n) the attention weights.
        output: (n_heads, n, d_k) each head's weighted sum of the values.
        mixed: (n, d_model) the heads' outputs side by side, times W_O: what the heads add to x.
        added: (n, d_model) what the feed-forward network adds after them.
    """

    x: np.ndarray
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    weights: np.ndarray
    output: np.ndarray
    mixed: np.ndarray
    added: np.ndarray

    def kv_head(self, head: int) -> int:
        """The place in k and v of a head's keys and values.

        In grouped-query attention (Ainslie et al. 2023) several heads share them.
        """
        return head // (len(self.q) // len(self.k))

    def attention(self, head: int) -> Attention:
        """Every stage of one head: (n, n) each, the output (n, d_k), with no head or cell switched off."""
        kv = self.kv_head(head)
        return scaled_dot_product_attention(self.q[head], self.k[kv], self.v[kv], causal_mask(self.x, self.x))


class Reading(NamedTuple):
    """A text, and everything that the model computed for it.

    Attributes:
        tokens: its pieces.
        layers: what each layer computed, the first layer first.
        states: (n, d_model) the output of the last layer.
        logits: (n_words,) the score of each word piece for being the next.
    """

    tokens: Tokens
    layers: list[Layer]
    states: np.ndarray
    logits: np.ndarray

    @property
    def maps(self) -> np.ndarray:
        """The attention weights of all heads, (n_layers, n_heads, n, n); put together at each call."""
        return np.stack([layer.weights for layer in self.layers])


def rms_norm(x: np.ndarray, g: np.ndarray, eps: float) -> np.ndarray:
    """Give each vector length √d, multiply it by g: x / √(mean(x²) + ε) · g, (..., d) → (..., d).

    Zhang & Sennrich 2019, equation (4).
    """
    return x / np.sqrt(np.vecdot(x, x)[..., None] / x.shape[-1] + np.float32(eps)) * g


def rotation_factors(positions: np.ndarray, d_k: int, base: float) -> np.ndarray:
    """The rotation of each pair of numbers at each position: e^(i m θⱼ) with θⱼ = base^(-2j / d_k).

    Su et al. 2021, section 3.2.2.

    Args:
        positions: (n,) the m, counted from 0.

    Returns:
        (n, d_k / 2) complex numbers of length 1.
    """
    theta = base ** (-np.arange(0, d_k, 2) / d_k)
    return np.exp(1j * positions[:, None] * theta).astype(np.complex64)


def rotate(x: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Rotate each pair of neighbouring numbers (0, 1), (2, 3), … by its angle: (..., n, d_k) → (..., n, d_k).

    Rotary position embedding (Su et al. 2021, equation 14): a pair is taken as one complex number and multiplied by
    e^(i m θⱼ). The dot product of a rotated query and a rotated key depends on the difference of their positions alone.

    Args:
        factors: (n, d_k / 2), as `rotation_factors` gives them.
    """
    return (np.ascontiguousarray(x).view(np.complex64) * factors).view(np.float32)


class ScoreByPairs(NamedTuple):
    """One score as a sum over the pairs of numbers that `rotate` rotates, (d_k / 2,) each.

    Attributes:
        degrees: the angle of the query's pair minus that of the key's, in degrees.
        plain: each pair's part of q · k before the rotation; turned: after it, as the model computes it.
    """

    degrees: np.ndarray
    plain: np.ndarray
    turned: np.ndarray


def score_by_pairs(layer: Layer, head: int, query: int, key: int, config: Config) -> ScoreByPairs:
    """How the rotation by positions changes the score of a query with a key, both counted from 0."""
    q, k = layer.q[head, query], layer.k[layer.kv_head(head), key]
    back = rotation_factors(-np.array([query, key]), config.d_k, config.rope_base)
    plain = rotate(np.stack([q, k]), back).prod(axis=0)
    degrees = np.degrees((query - key) * config.rope_base ** (-np.arange(0, config.d_k, 2) / config.d_k))
    return ScoreByPairs(degrees, *(product.reshape(-1, 2).sum(axis=1) for product in (plain, q * k)))


def causal_mask(x: np.ndarray, every: np.ndarray) -> np.ndarray:
    """Each token may look at itself and at those before it: (n_q, n_k) booleans, True = may look.

    Args:
        x: (n_q, ...) the queries, the last tokens of the text; every: (n_k, ...) all of its tokens.
    """
    return np.tri(len(x), len(every), len(every) - len(x), dtype=bool)


def swiglu(x: np.ndarray, gate: Matrix, up: Matrix, down: Matrix) -> np.ndarray:
    """The feed-forward network: (silu(x W_gate) · x W_up) W_down with silu(z) = z / (1 + e⁻ᶻ). Shazeer 2020, eq. (6).

    Args:
        x: (n, d_model); gate, up: (d_model, d_ff); down: (d_ff, d_model).
    """
    z = x @ gate
    with np.errstate(over="ignore"):  # e⁻ᶻ = ∞ gives 0, which is right
        z /= 1 + np.exp(-z)
    return (z * (x @ up)) @ down


def grouped_query_attention(
    x: np.ndarray,
    W_Q: Matrix,
    W_K: Matrix,
    W_V: Matrix,
    W_O: Matrix,
    n_kv_heads: int,
    factors: np.ndarray,
    mask: np.ndarray,
    before: Layer | None = None,
    without_heads: Collection[int] = (),
) -> tuple[np.ndarray, ...]:
    """Let the tokens look at each other: heads(x) W_O, in which several heads share their keys and values.

    Grouped-query attention: Ainslie et al. 2023.

    Args:
        x: (n_q, d_model) after rms_norm.
        W_Q, W_O: (d_model, d_model); W_K, W_V: (d_model, n_kv_heads · d_k).
        factors: (n_q, d_k / 2), of the positions of x.
        mask: (n_q, n_k) or (n_heads, n_q, n_k), as in `scaled_dot_product_attention`.
        before: what this layer computed for the tokens before x; its keys and values are used again.
        without_heads: heads whose output is set to 0.

    Returns:
        q, k, v, weights, output and mixed, as in `Layer`.
    """
    d_k = 2 * factors.shape[-1]
    q = rotate(split_heads(x @ W_Q, W_Q.shape[1] // d_k), factors)
    k = rotate(split_heads(x @ W_K, n_kv_heads), factors)
    v = split_heads(x @ W_V, n_kv_heads)
    if before is not None:
        k, v = np.concatenate([before.k, k], axis=1), np.concatenate([before.v, v], axis=1)
    shared = len(q) // n_kv_heads
    found = scaled_dot_product_attention(q, np.repeat(k, shared, axis=0), np.repeat(v, shared, axis=0), mask)
    found.output[list(without_heads)] = 0
    return q, k, v, found.weights, found.output, join_heads(found.output) @ W_O


def join(before: Layer, after: Layer) -> Layer:
    """What one layer computed for a text, from what it computed for the beginning and, after it, for the rest."""
    n, whole = len(before.x), after.weights.shape[-1]
    weights = np.zeros((len(after.q), whole, whole), np.float32)
    weights[:, :n, :n], weights[:, n:] = before.weights, after.weights
    q, output = (np.concatenate(pair, axis=1) for pair in ((before.q, after.q), (before.output, after.output)))
    x, mixed, added = (np.concatenate([getattr(b, name) for b in (before, after)]) for name in ("x", "mixed", "added"))
    return Layer(x, q, after.k, after.v, weights, output, mixed, added)


class Llama(NamedTuple):
    """The model: its name, its sizes, its learned numbers, its tokenizer.

    Attributes:
        name: of its file, without the ending.
        config: the sizes.
        weights: {"words": ..., "layers": [{"attention": {...}, "ffn": {...}}, ...], "norm": ..., "unembed": ...}; words
            and unembed are (d_model, n_words), the same where the model has one table for both. A matrix is an array of
            float32 or `Blocks`, used in the same way.
        tokenizer: it cuts a text into pieces.
    """

    name: str
    config: Config
    weights: dict[str, Any]
    tokenizer: "Tokenizer"

    def tokens(self, text: str) -> Tokens:
        """Cut a text into pieces, without a start token or a chat template.

        Raises:
            UnfitText: it is empty, or has more pieces than the model has positions.
        """
        ids, maximum = self.tokenizer.encode(text).ids, self.config.n_positions
        if not ids:
            raise UnfitText("there is nothing to read in this text")
        if len(ids) > maximum:
            raise UnfitText(f"this text has {len(ids)} tokens; the model reads {maximum}: shorten it")
        return self.tokens_of(ids)

    def tokens_of(self, ids: Iterable[int]) -> Tokens:
        """The tokens with these ids."""
        ids = list(ids)
        return Tokens(np.array(ids), [text_of(self.tokenizer.id_to_token(i) or "") for i in ids])

    def read(
        self,
        text: str | Tokens,
        after: Reading | None = None,
        without_heads: Collection[tuple[int, int]] = (),
        masked_cells: Collection[tuple[int, int, int, int]] = (),
    ) -> Reading:
        """Run the model on a text and keep what each layer computed.

        Args:
            text: the text or its tokens.
            after: a reading that the text continues: its keys and values are used again, and only the new tokens are
                computed.
            without_heads: heads whose output is set to 0, as (layer, head).
            masked_cells: cells to mask before the softmax, as (layer, head, query, key).

        Returns:
            The reading of the whole text.

        Raises:
            UnfitText: it is empty, or has more pieces than the model has positions.
            NothingToAttend: all cells of a row are masked.
        """
        tokens = self.tokens(text) if isinstance(text, str) else text
        config, x, layers = self.config, self.weights["words"][:, tokens.ids].T, []
        if after is not None:
            tokens = Tokens(np.append(after.tokens.ids, tokens.ids), after.tokens.pieces + tokens.pieces)
        n, first = len(tokens.ids), len(tokens.ids) - len(x)
        if n > config.n_positions:
            raise UnfitText(f"this text has {n} tokens; the model reads {config.n_positions}: shorten it")
        factors = rotation_factors(np.arange(first, n), config.d_k, config.rope_base)
        causal = causal_mask(x, tokens.ids)
        for l, weights in enumerate(self.weights["layers"]):
            mask, before = causal, after and after.layers[l]
            if cells := [cell[1:] for cell in masked_cells if cell[0] == l and cell[2] >= first]:
                mask = np.repeat(causal[None], config.n_heads, axis=0)
                for head, query, key in cells:
                    mask[head, query - first, key] = False
            heads = [head for layer, head in without_heads if layer == l]
            x, layer = self._layer(x, **weights, factors=factors, mask=mask, before=before, without_heads=heads)
            layers.append(join(before, layer) if before else layer)
        states = x if after is None else np.concatenate([after.states, x])
        return Reading(tokens, layers, states, self.logits(x[-1]))

    def _layer(
        self, x: np.ndarray, attention: dict[str, Any], ffn: dict[str, Any], **how: Any
    ) -> tuple[np.ndarray, Layer]:
        """One layer: (n, d_model) → (n, d_model), and every stage."""
        eps = self.config.eps
        matrices = {name: w for name, w in attention.items() if name != "norm"}
        q, k, v, weights, output, mixed = grouped_query_attention(
            rms_norm(x, attention["norm"], eps), **matrices, n_kv_heads=self.config.n_kv_heads, **how
        )
        a = x + mixed
        added = swiglu(rms_norm(a, ffn["norm"], eps), ffn["gate"], ffn["up"], ffn["down"])
        return a + added, Layer(x, q, k, v, weights, output, mixed, added)

    def logits(self, states: np.ndarray) -> np.ndarray:
        """The score of every word piece for being the next: (..., d_model) → (..., n_words)."""
        return rms_norm(states, self.weights["norm"], self.config.eps) @ self.weights["unembed"]


def load_llama() -> Llama:
    """The installed language model, or the file that ATTENTION_LM names.

    Raises:
        UnusableModel: it is missing, damaged, or of a kind that is not known here.
    """
    file = open_gguf(model_path())
    config, tokenizer = read_config(file), read_tokenizer(file)
    return Llama(file.path.stem, config, read_weights(file, config), tokenizer)

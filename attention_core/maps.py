"""Computations on attention weights, of one head or of many at a time.

A map is (n, n): row i says where token i looks, and sums to 1. Leading axes (layers, heads) ride along as `...`.
Attention weights show where a head looks, not why the model answers as it does (Jain & Wallace 2019; Wiegreffe & Pinter
2019).
"""

from collections.abc import Sequence

import numpy as np

from attention_core.ranking import TOLERANCE, rank

GRID_GAP = 2  # pixels between the maps of a grid


def by_words(maps: np.ndarray, groups: list[list[int]]) -> np.ndarray:
    """Convert weights between word pieces to weights between words: (..., n, n) → (..., m, m).

    The row of a word is the mean of its pieces' rows, the column the sum of its pieces' columns, as in Clark et al.
    2019, section 4.1. Rows still sum to 1 if every piece is in a group.

    Args:
        groups: m lists, the positions of the pieces of each word.
    """
    n, m = maps.shape[-1], len(groups)
    member = np.zeros((n, m), maps.dtype)
    for word, group in enumerate(groups):
        member[group, word] = 1
    return (member / member.sum(axis=0)).T @ maps @ member


def mask_and_renormalise(
    maps: np.ndarray, columns: list[int], *, see_self: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Hide some tokens from all others: their weights become 0, and the rest of each row is divided by its sum.

    This is not what a model would compute without these tokens: its later layers would change too.

    Args:
        columns: the hidden tokens.
        see_self: False hides each token from itself too.

    Returns:
        The maps; and (..., n) the sum of the rest of each row before the division. If it is 0, the row stays 0.
    """
    shown = np.ones(maps.shape[-2:], maps.dtype)
    shown[:, columns] = 0
    if not see_self:
        np.fill_diagonal(shown, 0)
    rest = maps * shown
    left = rest.sum(axis=-1)
    return np.divide(rest, left[..., None], out=rest, where=left[..., None] > 0), left


def top_p(maps: np.ndarray, share: float) -> np.ndarray:
    """Keep the largest weights of each row, the fewest that make up a share of it; the others become 0.

    Args:
        share: of the sum of the row; at least one weight is kept.
    """
    order = rank(maps)
    largest_first = np.take_along_axis(maps, order, axis=-1)
    before = np.cumsum(largest_first, axis=-1) - largest_first
    kept = before < share * largest_first.sum(axis=-1, keepdims=True) - TOLERANCE
    kept[..., 0] = True
    top = np.zeros_like(maps)
    np.put_along_axis(top, order, np.where(kept, largest_first, 0), axis=-1)
    return top


def rollout(means: np.ndarray) -> np.ndarray:
    """How much of each input token is in each token after the last layer, if attention were all: (n, n), rows sum to 1.

    Attention rollout, Abnar & Zuidema 2020, equation 1: A_L' · … · A_1' with A' = ½ A + ½ I, A the mean over a layer's
    heads, and I for the residual connection, which carries each token past the heads.

    Args:
        means: (n_layers, n, n), each layer's maps averaged over its heads.
    """
    stays = np.eye(means.shape[-1], dtype=means.dtype)
    total = stays
    for layer in means:
        total = (layer + stays) / 2 @ total
    return total


def rank_heads(shares: np.ndarray) -> list[tuple[int, int, float]]:
    """All heads, the one of the largest share first: (layer, head, share), counted from 0.

    Args:
        shares: (n_layers, n_heads).
    """
    places = np.unravel_index(rank(shares.ravel()), shares.shape)
    return [(int(layer), int(head), float(shares[layer, head])) for layer, head in zip(*places, strict=True)]


def largest_except(row: np.ndarray, left_out: Sequence[int]) -> int:
    """The position of the largest weight of a row (n,) among the tokens not left out; among all, if all are."""
    best = rank(row)
    return int(next((token for token in best if token not in left_out), best[0]))


def grid(maps: np.ndarray, max_pixels: int) -> np.ndarray:
    """All maps as one picture, a row a layer, a column a head: uint8, 0 in the gaps, from 1 to 255 the weights.

    A pixel p stands for the weight ((p - 1) / 254)²: with the square root, small weights can be seen. A map of more
    than `max_pixels` tokens is shrunk: a pixel shows the largest of its weights.

    Args:
        maps: (n_layers, n_heads, n, n).
    """
    step = -(-maps.shape[-1] // max_pixels)
    if step > 1:
        starts = np.arange(0, maps.shape[-1], step)
        maps = np.maximum.reduceat(np.maximum.reduceat(maps, starts, axis=-2), starts, axis=-1)
    (n_layers, n_heads, n, _), gap = maps.shape, GRID_GAP
    picture = np.zeros((n_layers, n + gap, n_heads, n + gap), np.uint8)
    picture[:, gap:, :, gap:] = (np.sqrt(maps) * 254 + 1.5).astype(np.uint8).swapaxes(1, 2)
    return np.pad(picture.reshape(n_layers * (n + gap), n_heads * (n + gap)), ((0, gap), (0, gap)))

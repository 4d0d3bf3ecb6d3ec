"""What is asked of attention maps, on maps small enough to check by hand."""

import numpy as np
import pytest

from attention_core import maps

THREE = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]])  # three tokens


# Word pieces and words


def test_a_words_pieces_look_on_average_and_are_looked_at_together():
    found = maps.by_words(THREE, [[0], [1, 2]])
    np.testing.assert_allclose(found, [[0.5, 0.3 + 0.2], [(0.1 + 0.25) / 2, (0.6 + 0.3 + 0.25 + 0.5) / 2]])


def test_rows_of_words_sum_to_1_in_every_head_and_stay_float32():
    many = np.stack([[THREE, THREE[::-1]]] * 2).astype(np.float32)
    found = maps.by_words(many, [[0, 2], [1]])
    assert found.shape == (2, 2, 2, 2)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-6)


# Hiding, keeping, following, ranking


def test_what_is_hidden_is_shared_out_among_the_rest():
    found, left = maps.mask_and_renormalise(THREE, [0])
    np.testing.assert_allclose(left, [0.5, 0.9, 0.75])
    np.testing.assert_allclose(found, [[0, 0.6, 0.4], [0, 6 / 9, 3 / 9], [0, 1 / 3, 2 / 3]])


def test_a_token_can_be_hidden_from_itself():
    found, left = maps.mask_and_renormalise(THREE, [], see_self=False)
    np.testing.assert_allclose(left, [0.5, 0.4, 0.5])
    np.testing.assert_allclose(found, [[0, 0.6, 0.4], [0.25, 0, 0.75], [0.5, 0.5, 0]])


def test_a_row_of_which_all_is_hidden_stays_empty():
    found, left = maps.mask_and_renormalise(np.eye(2), [0])
    np.testing.assert_array_equal(left, [0, 1])
    np.testing.assert_array_equal(found, [[0, 0], [0, 1]])


@pytest.mark.parametrize(
    ("share", "row"),
    [(0, [0, 0, 0.5, 0]), (0.5, [0, 0, 0.5, 0]), (0.6, [0, 0.25, 0.5, 0]), (0.9, [0.15, 0.25, 0.5, 0]), (1, None)],
)
def test_the_top_share_of_a_row_is_its_fewest_largest_weights(share, row):
    whole = np.array([[0.15, 0.25, 0.5, 0.1]])
    np.testing.assert_array_equal(maps.top_p(whole, share), whole if row is None else [row])


def test_equal_weights_are_kept_from_the_left():
    np.testing.assert_array_equal(maps.top_p(np.full((1, 1, 4), 0.25), 0.5), [[[0.25, 0.25, 0, 0]]])


def test_rollout_follows_each_path_through_the_layers():
    layers = np.array([[THREE, THREE], [THREE[::-1], THREE]])
    expected = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            for between in range(3):
                upper = (layers[1, 0, i, between] + layers[1, 1, i, between]) / 4 + (i == between) / 2
                lower = (layers[0, 0, between, j] + layers[0, 1, between, j]) / 4 + (between == j) / 2
                expected[i, j] += upper * lower
    found = maps.rollout(layers.mean(axis=1))
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(found.sum(axis=-1), 1)


def test_heads_are_ranked_by_their_share_and_equal_ones_stay_in_order():
    shares = np.array([[0.2, 0.7], [0.1, 0.2]])
    assert maps.rank_heads(shares) == [(0, 1, 0.7), (0, 0, 0.2), (1, 1, 0.2), (1, 0, 0.1)]


# Pictures


def test_each_weight_has_its_pixel_on_a_square_root_scale():
    rng = np.random.default_rng(0)
    many = rng.dirichlet(np.ones(3), size=(2, 4, 3)).astype(np.float32)
    many[0, 0] = np.eye(3)
    picture = maps.grid(many, 128)
    assert picture.shape == (2 * 5 + 2, 4 * 5 + 2)
    for layer in range(2):
        for head in range(4):
            for i in range(3):
                for j in range(3):
                    pixel = int(picture[2 + layer * 5 + i, 2 + head * 5 + j])
                    assert abs(((pixel - 1) / 254) - many[layer, head, i, j] ** 0.5) <= 0.5 / 254 + 1e-6
    assert {0} == set(picture[::5].ravel()) | set(picture[1::5].ravel()) | set(picture[:, ::5].ravel())
    assert np.count_nonzero(picture) == many.size


def test_a_large_map_is_shrunk_without_losing_its_peaks():
    many = np.full((1, 1, 300, 300), 1e-3)
    many[0, 0, 299, 7] = 1
    picture = maps.grid(many, 128)
    assert picture.shape == (104, 104)
    assert np.argwhere(picture == 255).tolist() == [[101, 4]]

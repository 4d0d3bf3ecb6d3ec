"""Attention in NumPy: small enough to read in one sitting, exact enough to trust.

Nothing in here knows the web. The letters in shapes mean the same everywhere:

    n        tokens in the sentence            n_q, n_k   queries, keys (n_q = n_k = n in self-attention)
    d_model  width of a token's vector         d_k, d_v   width of a query or key, of a value
    n_heads  heads side by side                n_layers   layers on top of each other
    ...      any leading axes (batch, heads)   n_words    words in a vocabulary

Rows look, columns are looked at: `weights[i, j]` is the share of token i's attention that goes to token j.
"""

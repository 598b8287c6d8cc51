"""Re-key the pseudonyms that schools send with the portal's own secret, so that what is kept is not what was sent."""

from __future__ import annotations

import hmac

import pandas as pd

LENGTH = 32


def rekey(keys: pd.Series, secret: bytes) -> pd.Series:
    """Each key as the first 32 hexadecimal characters of its HMAC-SHA-256; the same key gives the same."""
    distinct = keys.astype("category")
    texts = distinct.array.categories.to_numpy(object)
    made = [hmac.digest(secret, str(key).encode(), "sha256").hex()[:LENGTH] for key in texts]
    rekeyed = pd.Categorical.from_codes(distinct.array.codes, categories=pd.Index(made, dtype=object))
    return pd.Series(rekeyed, index=keys.index, name=keys.name)

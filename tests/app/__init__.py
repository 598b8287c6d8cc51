"""The portal, tried without a browser."""

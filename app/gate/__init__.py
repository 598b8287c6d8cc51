"""The gate in front of every request: who may connect, how much they may send, and what a browser may load.

Plain ASGI, so that it stands before pages, uploads and the websocket alike.
"""

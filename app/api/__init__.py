"""HTTP and WebSocket: one router a noun."""

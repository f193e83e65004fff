"""MiniTwit measured: the simulator, and side-by-side comparisons on one machine. The doors know nothing of it."""

"""`make rehearse`: the whole way from nothing to a swarm that updates itself, on this machine, with the real engine."""

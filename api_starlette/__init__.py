"""The API, for the simulator and for programs: Starlette in front of `db`. Nothing here knows the site."""

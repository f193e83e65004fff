"""The site, for browsers: pages rendered here, forms that work without JavaScript. It knows nothing of the API."""

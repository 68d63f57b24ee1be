"""HTTP and pages: reads a request, calls one flow that was handed in, renders."""

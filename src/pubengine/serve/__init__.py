"""The live preview: a server that rebuilds what changed, and a script that makes the browser follow.

```
watch.py ──paths──► preview.py ──asks──► builder.py ══pipe══► builder_main.py ──► rebuild.py ──► build()
                        │                                                             │
                     listeners                                                 .pubengine/preview
                        │                                                             │
browser ◄──events── server.py ◄────────────────── published.py ◄──────────────────────┘
```

Nothing of the engine imports this package but `cli/serve.py`.
"""

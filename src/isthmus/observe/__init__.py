"""Flow audit: what really crosses, judged record by record against what is declared.

Flow records come in batches of Arrow columns (``schema``), read by ``readers/``, a file a format. ``compile`` turns an
estate and an edition into flat tables; ``classify`` labels, orients and judges each record; ``aggregate`` counts, in
states that merge in any order. Nothing here opens a file: ``sources/flows.py`` does.
"""

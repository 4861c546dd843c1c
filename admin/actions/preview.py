"""What would this application receive about this test person? Answered by the functions that really issue (UX TP-1, TP-3).

Only people of the demonstration data are known here: a live citizen is not found, whatever the role. Nothing is stored, nothing is
signed; the issuer ends in `/preview`, so that no relying party takes it for real.
"""

from __future__ import annotations

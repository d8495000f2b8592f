"""What a term does to a packet that matches."""

from isthmus.diagnostics import shown
from isthmus.formats.aerleon.conditions import Conditions
from isthmus.formats.aerleon.ends import refuse
from isthmus.formats.aerleon.shapes import Term
from isthmus.formats.aerleon.vocabulary import ACTIONS, ELSEWHERE
from isthmus.network import Action, Unclear, Verdict


def action_of(term: Term, conditions: Conditions) -> Action:
    """The action; where it is not known, ``conditions`` get a doubt and the action is Unclear."""
    for key in ELSEWHERE:
        for word in term.words(key)[:1]:
            conditions.doubt(word.where, f"`{key}` sends packets another way")
            return Unclear()
    words = term.words("action")
    known = {each.text: ACTIONS[each.text] for each in words if each.text in ACTIONS}
    if len(known) == 1 and all(each.text in known for each in words):
        return next(iter(known.values()))
    if not words and term.words("port-mirror"):
        return Verdict.ACCEPT
    if len(known) > 1:
        message = f"term `{shown(term.name)}` has several actions"
        refuse(conditions, words[1], message, "keep one of them")
    elif words:
        conditions.doubt(words[0].where, f"action `{shown(words[0].text)}`")
    else:
        conditions.doubt(term.where, f"term `{shown(term.name)}` has no action")
    return Unclear()

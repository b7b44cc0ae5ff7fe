"""The words that the posts are made of, and the patterns of their code."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


NOUNS = _words("""
    harbour kettle garden ladder winter orchard bicycle notebook lantern river market workshop station
    drawer window engine letter mountain recipe bridge library pocket island teapot blanket corner
    village compass hammer forest camera ticket candle bucket valley piano chimney postcard rooftop
    sparrow meadow tunnel saddle anchor button cellar curtain drum envelope fiddle glacier hedge inkwell
    jacket keyboard lemon mirror needle oven pebble quarry ribbon shelf thimble umbrella violin walnut
    yard zipper archive bakery canal diary estuary ferry gallery hill inn jar kiln loom mill neighbour
    opinion parcel question reason sentence thought uncle visitor weekend accident beginning conversation
    decision evening failure guess habit idea journey lesson memory number plan quarrel rumour story trick
""")
ADJECTIVES = _words("""
    quiet crooked patient early late narrow stubborn green borrowed careful distant empty familiar gentle
    heavy idle jolly keen loose modest nervous odd plain quick rusty slow tidy unlikely vivid warm yellow
    ancient brittle cheap damp eager faded grey hollow long small wooden silver ordinary honest awkward
    curious dusty elegant friendly golden humble large muddy noisy polite ragged sturdy thin useful wet
""")
VERBS = _words("""
    carried mended forgot painted noticed borrowed counted followed measured opened repaired found
    watched described drew emptied folded gathered hid invented kept lifted missed named ordered packed
    questioned remembered sorted traced unwrapped visited weighed answered built chose doubted explained
    fetched guarded heard imitated joined lost moved needed offered planted reached saved tested wanted
""")
ADVERBS = _words("""
    slowly again nearly always sometimes carefully yesterday often quietly twice hardly gladly soon at last
    later perhaps everywhere almost together suddenly patiently
""")
JOINERS = ["and", "but", "so", "because", "while", "although", "until", "before", "whenever"]
PLACES = ["behind", "under", "beside", "across", "above", "near", "inside", "beyond", "against", "without"]
OPENERS = ["In the end", "For once", "As it happens", "Of course", "That year", "By noon", "To be fair", "On Mondays"]
FOREIGN = ["café", "naïve façade", "smørrebrød", "jalapeño", "crème brûlée", "Größe", "déjà vu", "señor", "Łódź"]
TAGS = _words("""
    travel cooking photography books music gardening cycling history science software weather family work
    language art film architecture birds boats trains maps letters health money politics sport design tools
    knitting carpentry astronomy chess coffee bread cheese markets museums mountains rivers islands cities
    villages winter summer spring autumn school memory dreams radio theatre puzzles clocks paper typography
    electronics mending walking festivals neighbours opinion
""")
CODE = {
    "python": 'def {a}({b}: int) -> list[str]:\n    """The {c}, {d} times."""\n'
    '    return [f"{c} {{number}}" for number in range({b}) if number % {n} == 0]\n',
    "sh": '#!/bin/sh\nfor {a} in *.{b}; do\n    echo "{c}: $({d} "${a}" | wc -l)" # at most {n}\ndone\n',
    "javascript": "const {a} = ({b}) => {{\n  // the {c} comes first\n"
    "  return {b}.filter((one) => one.{d} > {n}).map(String);\n}};\n",
    "json": '{{\n  "{a}": {n},\n  "{b}": ["{c}", "{d}"],\n  "ready": true\n}}\n',
    "css": ".{a} > .{b} {{\n  /* {c} */\n  margin: {n}px auto;\n  color: rebeccapurple;\n}}\n",
}

"""What is known of languages beside their stemmers: words that carry no matter of their own, and words for "not"."""

from __future__ import annotations

import attrs


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


@attrs.frozen
class LanguageWords:
    """Words of a language, in small letters.

    Args:
        function: Words that stand in any comment, whatever it is about: they tell the language.
        negations: Words for "not", "no", "never", "without"; also endings of words, as `*n't`.
        apart: Groups of words that a stemmer would take for others: a group stays by itself.
        behind: Whether negations stand behind words, too: "funktioniert nicht".
        particles: What announces a negation behind a word: "ne fonctionne pas".
    """

    function: frozenset[str] = attrs.field(converter=_listed)
    negations: frozenset[str] = attrs.field(converter=_listed)
    apart: tuple[str, ...] = ()
    behind: bool = False
    particles: tuple[str, ...] = ()


LANGUAGE_WORDS = {
    "en": LanguageWords(
        """
        a an the and or but if so as at by for from in into of off on onto out over to up with about after again all
        also am are was were is be been being because before both can could did do does doing done each even ever every
        had has have having he her here hers him his how i it its just me more most much my of once only other our
        ours own same she should some such than that their them then there these they this those through too under
        until us very we what when where which while who whom why will would you your yours i'm i've i'd i'll it's
        he's she's that's there's we're we've we'll we'd you're you've you'll you'd they're they've they'll they'd
        let's what's where's who's really quite
        """,
        "not no never without cannot cant wont dont doesnt didnt isnt wasnt arent werent hasnt havent hadnt couldnt "
        "wouldnt shouldnt *n't",
        ("business businesses", "busy", "customer customers", "manager managers", "university universities", "news"),
    ),
    "de": LanguageWords(
        """
        der die das den dem des ein eine einen einem einer eines und oder aber wenn weil dass daß als wie wo was wer
        wir ihr ihre ihren ihrem ihrer er sie es ich du man mich mir mein meine meinem meinen meiner dir dich uns unser
        unsere unserem unseren unserer sich ist sind war waren wäre wären sein seine bin bist hat hatte hatten habe
        haben hätte wird werden wurde wurden kann können konnte konnten muss musste mussten müssen soll sollte sollten
        im in ins am an auf aus bei beim mit nach von vom vor zu zum zur über unter um für durch auch noch nur schon
        sehr so dann da dort hier diese dieser dieses diesem diesen alle alles mehr immer wieder war's doch mal ja
        etwas ganz bis seit ob denn also jedoch leider wirklich
        """,
        "nicht nichts kein keine keinen keinem keiner keines nie niemals ohne",
        ("nichte nichten", "schon"),
        behind=True,
    ),
    "pl": LanguageWords(
        """
        i a w we z ze na do od po za o u u się sie jest są sa był byl była byla było bylo były byly być byc będzie
        bedzie to ten ta te tego tej tym tych ten tam tu że ze jak ale oraz lub albo czy gdy kiedy bo więc wiec dla
        przez przy pod nad przed między miedzy co kto który ktory która ktora które ktore mi mnie mój moj moja moje nam
        nas nasz wam was jego jej ich go mu im ja ty on ona ono my wy oni pan pani bardzo tak też tez także takze
        tylko już juz jeszcze może moze można mozna by było żeby zeby aby są mam ma mieć miec jestem jesteśmy jestesmy
        dość dosc zbyt
        """,
        "nie bez nigdy żaden żadna żadne żadnego żadnej żadnych zaden zadna zadne zadnego zadnej zadnych",
    ),
    "fr": LanguageWords(
        """
        le la les l un une des de du d à au aux et ou mais si que qu qui quoi dont où ce c cet cette ces ça ca cela en y
        dans sur sous par pour avec chez vers entre je j tu il elle on nous vous ils elles me m te t se s mon ma mes
        ton ta tes son sa ses notre nos votre vos leur leurs est sont était étaient sera serait suis es sommes êtes
        être été etre ete a ai as ont avait avaient avons avez avoir eu fait faire peut peux très tres trop plus bien
        aussi comme quand tout tous toute toutes lui même meme moi eux donc car lors alors assez encore ne n toujours
        """,
        "pas jamais sans aucun aucune non",
        behind=True,
        particles=("ne", "n"),
    ),
    "es": LanguageWords(
        """
        el la los las un una unos unas y e o u pero si que qué quien cuando donde como de del al a en con por para
        sobre desde hasta entre yo tú él ella nosotros ellos ellas me te se le les lo nos su sus mi mis es son era eran
        fue fueron ser estar está están estaba estaban he ha han había hay muy más también ya todo todos toda todas
        este esta esto estos estas ese esa eso porque
        """,
        "no nunca sin ningún ninguna ninguno jamás",
    ),
    "it": LanguageWords(
        """
        il lo la i gli le l un uno una e ed o ma se che chi quando dove come di d del dello della dei degli delle al
        allo alla ai agli alle in nel nello nella nei negli nelle con per su sul sulla tra fra da dal dalla io tu lui
        lei noi voi loro mi ti si ci vi è sono era erano stato stata essere ho ha hanno aveva abbiamo molto più anche
        già tutto tutti questa questo questi queste perché
        """,
        "non mai senza nessun nessuno nessuna né",
    ),
    "nl": LanguageWords(
        """
        de het een en of maar als dat die dit deze wie wat waar hoe wanneer van in op aan bij met voor naar uit over
        door om tot te ik je jij hij zij ze wij we jullie u mij me hem haar ons onze mijn uw is zijn was waren ben bent
        heeft had hebben hadden heb wordt werd worden kan kunnen kon zou zal ook nog al wel heel erg veel meer zeer er
        hier daar
        """,
        "niet niets geen nooit zonder",
        behind=True,
    ),
    "pt": LanguageWords(
        """
        o a os as um uma uns umas e ou mas se que quem quando onde como de do da dos das ao à aos às em no na nos nas
        com por pelo pela para sobre desde até entre eu tu ele ela nós eles elas me te lhe seu sua seus suas meu minha é
        são era eram foi foram ser estar está estão estava estavam tem têm tinha há muito mais também já todo todos
        toda todas este esta isto esse essa isso porque
        """,
        "não nao nunca sem nenhum nenhuma jamais",
    ),
    "th": LanguageWords(
        """
        และ หรือ แต่ ที่ ซึ่ง อัน ของ ใน บน จาก ถึง กับ โดย เพื่อ เป็น คือ อยู่ มี ได้ ให้ จะ ก็ แล้ว มาก มากๆ ๆ ค่อย เลย ค่ะ ครับ
        คะ นะ นี้ นั้น เรา ฉัน ผม เขา คุณ ว่า ไป มา ต้อง กว่า ด้วย เคย
        """,
        "ไม่ มิ ไร้",
    ),
}
# What a script tells of the language, where others that are written so are rare in surveys.
SCRIPTS = {
    "th": "\u0e00-\u0e7f",
    "ja": "\u3040-\u30ff",
    "zh": "\u4e00-\u9fff",
    "ko": "\uac00-\ud7af",
    "ru": "\u0400-\u04ff",
    "el": "\u0370-\u03ff",
    "ar": "\u0600-\u06ff",
    "he": "\u0590-\u05ff",
    "hi": "\u0900-\u097f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "km": "\u1780-\u17ff",
}
# The algorithms of Snowball by language.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

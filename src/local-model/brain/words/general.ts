// Ordinary English words by part of speech, and which part follows which: a small grammar of everyday notes, so that
// an argument that may be anything can be spoken at all. A word may stand in several groups.

import type { WordLoop } from "../../hearing.ts";
import { GIVEN_NAMES } from "./names.ts";

/** "the*40" is forty times as likely as a word without a number. */
function words(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split(/\s+/)
      .filter(Boolean)
      .map((entry) => {
        const [word = "", times = "1"] = entry.split("*");
        return [word, Number(times)];
      }),
  );
}

const groups = {
  pronoun: words(
    "i*30 you*10 he*8 she*6 it*12 we*8 they*6 someone everyone everybody somebody this*4 that*3 there*5",
  ),
  object: words(
    "me*8 you*6 him*3 her*3 it*8 us*2 them*3 everyone myself something everything nothing this*2 that*2",
  ),
  determiner: words(
    "a*25 an*4 the*60 my*25 your*4 his*4 her*4 our*4 their*3 its some*4 any*2 every*2 each no*2 another this*5 that*2 these those all*2",
  ),
  number:
    words(`one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand half first
    second third fourth fifth last`),
  auxiliary:
    words(`is*30 are*10 was*8 were*3 am*6 be*4 been*2 has*6 have*6 had*3 do*5 does*4 did*4 will*5 would*2 can*4 could*2
    should*2 must may might needs*2 need*4 wants want*3 likes*2 like*2 gets got cannot isn't don't won't`),
  to: words("to"),
  noun: words(`account address afternoon age air airport alarm animal answer apartment apple appointment arm attic
    aunt baby back backpack bag ball balcony bank basement basket bathroom battery beach bed bedroom beer bell bicycle bike bill
    bird birthday blanket boat body book boots bottle box boy bread breakfast bridge brother building bus business
    butter cabinet cable cake calendar camera car card cards case cash cat cellar chair charger cheese chicken child children
    church city class clock closet clothes coat code coffee color computer concert cookies cousin couch counter country
    cup cupboard curtain dad dance date daughter day dentist desk dinner dish doctor documents dog dollars door dress drawer
    drink driver driveway ears egg eggs email envelope evening event exam eye eyes face family farm father feet
    file finger fire fish floor flower flowers folder food foot football forest fork form fridge friend friends fruit game garage garden
    gas gate gift girl glass glasses gold grandfather grandmother grass guests guitar hair hall hallway hand hat head headphones heart
    holiday home homework hospital hotel hour hours house husband ice idea insurance internet jacket job juice key keys kid kids
    kitchen knife lady ladder lamp laptop laundry leaves leg lesson letter level library license life light lights list locker lock lunch machine mail
    man map market meal meat medicine meeting message milk minute minutes mirror money month morning mother mountain mouth movie mug
    music name neighbor neighbors newspaper night nose note notebook number nurse oil office onion orange order oven package page pan pants paper
    parents park parking part party passport password pen pencil people person phone photo piano picture pills pizza place plan
    plane plant plants plate pocket police pool post potatoes present price printer problem project question rain recipe rent report
    restaurant rice ring river road roof room row salad salt sandwich school scissors seat shelf ship shirt shoes shop shower sister size
    skirt snow soap socks son song soup space spoon spot stairs station steps store storm story street student sugar suit suitcase summer sun
    supermarket sweater table tea teacher team teeth telephone television test thing things ticket tickets time tire toilet tomatoes tools toothbrush top
    towel town toy train trash tree trip truck trunk umbrella uncle university vacation van vegetables video visit wall wallet
    warehouse watch water way weather wedding week weekend wife wind window wine winter woman word work world year yard zoo`),
  adjective:
    words(`able afraid allergic angry available bad beautiful best better big black blue bored bright broken brown busy careful cheap clean
    clear closed cold cool correct dark dead deep dirty double dry early easy empty expensive extra far fast favorite fine free fresh
    full funny good gray great green happy hard heavy high hot hungry important kind large late left light little local lonely long loud low lucky
    main married new next nice old open orange other pink poor pretty purple quick quiet ready red rich right round sad safe same
    short sick silver simple single slow small soft sorry special spare strong sure sweet tall thick thin tired top true ugly upper warm weak
    wet white whole wide wrong yellow young`),
  verb: words(`answer arrive arrives ask asked bake be become begin begins borrow borrowed bought break bring brought build buy call called
    came cancel carry change charge check choose clean close closes come comes cook cost costs cut dance do draw drink drive drove eat ends enjoy
    expires fall feed feel fill find finish fix fly forget forgot found gave get give go goes going gone grow happened hate hates
    hear help hid hidden hold hurt hurts invite invited join keep keeps kept know knows learn leave leaves left lend lent let lies like likes listen
    live lives lock locked look lose lost love loves made make makes mean meet met move moved need needs open opens order ordered
    paint park parked pay pick plan play plays prefer promised pull push put puts ran read remember repair return returns ride rings run runs said saw say see
    sell send sent sleep sleeps sold speak speaks spend stand start starts stay stays stop study swim take takes talk teach tell think throw told took
    try turn turned use used visit wait wake walk walks want wants wash watch water wear wears wish won work works write wrote`),
  adverb:
    words(`again ago almost alone already always away back down downstairs early else even ever everywhere far first
    here home inside just late later maybe never next not now often once only out outside quickly really right
    slowly so sometimes somewhere soon still there today together tomorrow tonight too twice up upstairs usually very well yesterday`),
  preposition:
    words(`about*3 above across after*3 against around at*15 before*2 behind below beside between*2 by*4 down*2 during
    for*15 from*8 in*30 inside into*2 near next of*25 off*2 on*15 onto out*3 outside over*2 past since through to*10 toward
    under*2 until*2 up*3 with*8 without`),
  joiner: words("and*12 or*2 but*3 because if when while so that*2"),
  question: words("what*10 how*6 where*4 when*3 why*2 who*3 which*2 much*3 many*3 long*2"),
  name: words(`${GIVEN_NAMES.join(" ").toLowerCase()} monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december mom dad christmas easter`),
};

/** What may stand before a word of the session's own: a tool's name, a choice, a unit. */
const BEFORE_OWN: Readonly<Record<string, number>> = {
  start: 0.15,
  question: 0.08,
  determiner: 0.35,
  number: 0.3,
  auxiliary: 0.05,
  to: 0.25,
  noun: 0.08,
  adjective: 0.15,
  verb: 0.15,
  preposition: 0.25,
  own: 0.15,
};

/** The same with words of the session's own, in the places of nouns and verbs. */
export function generalWordsWith(own: Iterable<string>): WordLoop {
  const ownWords = new Map([...own].map((word) => [word, 1]));
  if (ownWords.size === 0) return GENERAL_WORDS;
  const ends = {
    ...GENERAL_WORDS.follows["noun"],
    determiner: 0.15,
    number: 0.06,
    name: 0.03,
  };
  const follows: Record<string, Readonly<Record<string, number>>> = { own: ends };
  for (const [group, next] of Object.entries(GENERAL_WORDS.follows)) follows[group] = next;
  for (const [group, chance] of Object.entries(BEFORE_OWN)) {
    follows[group] = { ...follows[group], own: chance };
  }
  return { groups: { ...GENERAL_WORDS.groups, own: ownWords }, follows };
}

/** Everyday sentences without a list of allowed words. Hears them often, not always. */
const GENERAL_WORDS: WordLoop = {
  groups,
  follows: {
    start: {
      question: 0.15,
      auxiliary: 0.06,
      pronoun: 0.2,
      determiner: 0.35,
      noun: 0.1,
      verb: 0.15,
      adjective: 0.05,
      name: 0.08,
      number: 0.03,
      preposition: 0.02,
      adverb: 0.02,
    },
    question: {
      auxiliary: 0.55,
      noun: 0.1,
      question: 0.15,
      adjective: 0.05,
      pronoun: 0.08,
      determiner: 0.05,
    },
    pronoun: { auxiliary: 0.5, verb: 0.35, adverb: 0.08, noun: 0.05, end: 0.02 },
    object: {
      end: 0.35,
      preposition: 0.25,
      adverb: 0.1,
      to: 0.08,
      determiner: 0.06,
      joiner: 0.08,
      noun: 0.08,
    },
    determiner: { noun: 0.65, adjective: 0.25, number: 0.08, name: 0.02 },
    number: { end: 0.25, noun: 0.4, number: 0.2, adjective: 0.05, preposition: 0.06, joiner: 0.04 },
    auxiliary: {
      determiner: 0.2,
      adjective: 0.15,
      preposition: 0.18,
      verb: 0.15,
      noun: 0.06,
      number: 0.07,
      adverb: 0.06,
      to: 0.05,
      name: 0.04,
      pronoun: 0.15,
      object: 0.02,
      auxiliary: 0.02,
    },
    to: { verb: 0.7, determiner: 0.15, noun: 0.08, name: 0.07 },
    noun: {
      end: 0.32,
      preposition: 0.19,
      auxiliary: 0.17,
      noun: 0.07,
      joiner: 0.06,
      number: 0.06,
      to: 0.04,
      verb: 0.04,
      adverb: 0.04,
      name: 0.01,
    },
    adjective: { noun: 0.5, end: 0.25, preposition: 0.08, joiner: 0.06, to: 0.05, adjective: 0.06 },
    verb: {
      determiner: 0.33,
      noun: 0.14,
      preposition: 0.14,
      object: 0.1,
      name: 0.08,
      to: 0.04,
      adjective: 0.03,
      adverb: 0.05,
      number: 0.02,
      end: 0.07,
    },
    adverb: {
      end: 0.4,
      preposition: 0.15,
      adjective: 0.12,
      verb: 0.1,
      determiner: 0.08,
      joiner: 0.05,
      adverb: 0.1,
    },
    preposition: {
      determiner: 0.46,
      noun: 0.2,
      name: 0.12,
      number: 0.12,
      object: 0.05,
      adjective: 0.03,
      adverb: 0.02,
    },
    joiner: { pronoun: 0.4, determiner: 0.25, noun: 0.12, name: 0.1, verb: 0.08, adverb: 0.05 },
    name: {
      end: 0.25,
      auxiliary: 0.2,
      preposition: 0.15,
      joiner: 0.08,
      verb: 0.12,
      adverb: 0.05,
      number: 0.05,
      noun: 0.08,
      determiner: 0.02,
    },
  },
};

// Ordinary English words by part of speech, and which part follows which: a small grammar of everyday notes, so that
// an argument that may be anything can be spoken at all. A word may stand in several groups.

import type { WordLoop } from "../../hearing.ts";
import { GIVEN_NAMES } from "./names.ts";

function words(text: string): readonly string[] {
  return [...new Set(text.split(/\s+/).filter(Boolean))];
}

const groups = {
  pronoun: words("i you he she it we they someone everyone everybody somebody this that there"),
  object: words("me you him her it us them everyone myself something everything nothing this that"),
  determiner: words(
    "a an the my your his her our their its some any every each no another this that these those all",
  ),
  number:
    words(`one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand half first
    second third fourth fifth last`),
  auxiliary:
    words(`is are was were am be been has have had do does did will would can could should must may might
    needs need wants want likes like gets got cannot isn't don't won't`),
  to: ["to"],
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
    words(`about above across after against around at before behind below beside between by down during for
    from in inside into near next of off on onto out outside over past since through to toward under until up with without`),
  joiner: words("and or but because if when while so that"),
  name: words(`${GIVEN_NAMES.join(" ").toLowerCase()} monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december mom dad christmas easter`),
};

/** Everyday sentences without a list of allowed words. Hears them often, not always. */
export const GENERAL_WORDS: WordLoop = {
  groups,
  follows: {
    start: {
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

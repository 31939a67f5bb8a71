/*
 * What people choose who were told to take a few words, or who let a program choose. Each has to pass: who is refused
 * for no reason takes something worse.
 */

/** Phrases as people write them, in several languages. */
const phrases = [
  'SecurePass123!',
  'Demo-Only-Start-Over-1',
  'mi-perro-azul-42',
  'quite another secret 7',
  'Another-Long-Pass-77',
  'correct horse battery',
  'purple tractor lemon',
  'my dog ate my shoes',
  'I like big trucks',
  'the bus leaves at nine',
  'seven green bottles 7',
  'grandma bakes on Fridays',
  'coffee before homework',
  'rainy nights in Tucson',
  'my sister plays drums',
  'two cats and a lizard',
  'never eat yellow snow',
  'pancakes with blueberries',
  'the moon is made of cheese',
  'learn to weld in spring',
  'new job by Christmas',
  'my first car was red',
  'walk the dog at noon',
  'keep going one more day',
  'window seat on the train',
  'fresh tortillas and beans',
  'a quiet place to read',
  'Oma kocht immer Suppe',
  'drei kleine Schweine 3',
  'el gato duerme mucho',
  'vamos a la playa hoy',
  'mañana comemos tacos',
  'el sol sale para todos',
  'mi abuela canta bien',
  'casa verde con jardín',
  'aprender cada día más',
  'le chat dort au soleil',
  'un café sans sucre svp',
  'la pluie tombe encore',
  'rue des trois moulins',
  'мой кот любит рыбу',
  'зелёный чай без сахара',
  '猫が好きですから毎日元気です',
  '我家的狗会唱歌你知道不知道吗',
  '나는 매일 아침 커피를 마셔요',
  'أحب القهوة في الصباح',
  'tôi thích ăn phở buổi sáng',
  'kahawa na mandazi asubuhi',
  'ang aso ko ay makulit',
  '🔑🏠🌊🐕🎺🍋🚲🧭🪁🎲🧵🫖',
] as const

/** With habits that do no harm here: a capital, a dash, a number, a mark, a word left short. */
const habits = [
  'Blue-Kettle-Sings-9',
  'Tractor#Lemonade4',
  'Ferris8Wheel&Rain',
  'Gr8-Lakes-Sturgeon',
  'PaperLantern_Cove',
  'Copper.Teapot.Hill',
  'marble+thimble+fog',
  'Orchid!Basement!3',
  'Velvet 44 Hammer',
  'Banjo-Otter-Quilt',
  'sandpaper&violins',
  'TurnipsAtMidnight',
  'CrookedLittlePiano',
  'northern-lights-on-tv',
  'Lobster/Bicycle/6',
  'Mustard=Cathedral',
  'jigsaw,pepper,canoe',
  'Thunder&Porcelain',
  'wobblyTableLegs',
  'Nine*Inch*Pickles',
  'Cactus-in-a-Canoe',
  'HarmonicaBridge88',
  'old Buick, no brakes',
  'gravel:Saxophone:2',
  'Penguins.Dont.Knit',
  'Ladder(Umbrella)1',
  'quarterPastPelican',
  'Mango_Kayak_Attic',
  'Zipper-Fjord-Waltz',
  'tinRoof+hailstorm',
  'ElevenSpottedCows',
  'Dishwater-Blues-4',
  'Pickle&Parachute',
  'FoggyHarborMonday',
  'Summer cabin by Lake Ida',
  'winter boots and mittens',
  'October pumpkins everywhere',
  'password for my old typewriter',
  'welcome to the jungle gym',
  'Tools and a toolbox under the stairs',
  'mackerel and chips for 2',
  'chatterbox-Parakeet',
] as const

/** As programs choose them. */
const chosen = [
  'kX9#mQ2$vL7!',
  'tR4&nW8*pZ1@',
  'a8Fq-Zr3m-Lx9w',
  'G7h!2kLq9$Vx',
  'zv8Qm2Xr5TnY',
  'pLw4-9sKd-2xQz',
  'V3ry:R4nd:0m7x',
  'qT7uK1oPz9eB',
  '5fXr!kQw8&Hn',
  'hJ2mYc8RtVe4Ws',
  'b1a9e4d7c2f8a6',
  'QZKMVXTRPLWNBD',
  'dntk-wvrz-plqs-mbhx',
  '8h3kf02mxq71pz',
  'Xy7_pQ2-Lm9.Rt',
  'yoxmu-7tiqa-Wesbo',
  'wovPur-4fitko-nabxyc',
  'rygZan-9bozde-jipcax',
  'vumki5-wuMguv-hejdir',
  'tobqe2-ciKnyz-doxtij',
] as const

const words = `
  acorn anchor apron badger bagel bamboo banner barley basket beacon bishop blanket bonnet boulder bracelet bramble
  brisket buckle burrow button cabin camel candle canyon carpet cedar cello chimney cider clover cobbler compass copper
  cradle cricket crimson curtain cymbal dagger daisy dapple dimple domino donkey dragonfly drizzle eagle easel ember
  falcon fennel ferry fiddle flannel flint fossil gadget garlic gazebo ginger glacier goblet granite gravel hammock
  harbor harness hazel heron hinge hollow hornet igloo indigo ivory jackal jasmine jersey jigsaw juniper kennel kettle
  kidney kiln lantern larder lattice ledger lemon lilac linen lizard lobster locket magnet mallet maple marble meadow
  mitten mortar muffin nectar needle nickel nutmeg oatmeal olive onion orchard otter oyster paddle parcel parsley pebble
  pelican pepper pewter pigeon pillow plaster pocket porridge pretzel pulley puddle quarry quiver rabbit radish rafter
  raisin ribbon rocket saddle salmon sandal satchel scarlet shovel shutter sickle skillet sleigh spindle sponge squirrel
  stable stencil sturdy tablet talon tangle teapot thicket thimble timber toffee trellis trumpet turnip tweed umbrella
  valley vanilla velvet violet waffle walnut wander willow window wicker yarrow yonder zephyr zipper
`
  .trim()
  .split(/\s+/)

/** Three or four words by lot, as a game of dice or a program puts them together: the same each time. */
function byLot(count: number): readonly string[] {
  let state = 20_261_127
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
  return Array.from({ length: count }, (_, i) => {
    const drawn = Array.from({ length: 3 + (i % 2) }, () => words[next(words.length)] ?? '')
    switch (i % 5) {
      case 0:
        return drawn.join(' ')
      case 1:
        return drawn.join('-')
      case 2:
        return drawn.map(capital).join('')
      case 3:
        return `${drawn.map(capital).join('-')}-${next(100)}`
      default:
        return `${drawn.join('.')}${next(10)}!`
    }
  })
}

export const good: readonly string[] = [...phrases, ...habits, ...chosen, ...byLot(120)]

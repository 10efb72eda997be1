/**
 * 256 words, one for each value of a byte, to be read aloud over a poor line to somebody who may be anxious.
 * Short, friendly, and far apart in sound: no two begin with the same four letters or end with the same three.
 * The order is part of the protocol: moving a word changes what everybody hears.
 */

export const SAFETY_WORDS: readonly string[] = `
  acorn album almanac amber anchor apple apricot arcade artist atlas attic autumn avenue avocado bagel bakery
  ballad bamboo banana barley basket bassoon beetle bicycle biscuit blossom bobcat bonsai boulder branch bronze buffalo
  cabbage cactus canoe canvas caramel carrot cedar century chapter cherry chess chimney cinema citrus clover cobalt
  coconut comet compass concert cotton coyote crayon cupcake curtain cushion custard daisy denim diamond dinghy dogwood
  dolphin domino donkey drizzle duvet eagle eclipse emerald engine farmer feather fedora fennel fiddle forest fossil
  galaxy garden garlic gazelle gecko giraffe glacier gondola goose granite grape guitar harbour hickory horizon igloo
  indigo inkwell island jaguar jelly jersey jigsaw journal juggler jukebox juniper karaoke kayak ketchup kimono kitten
  kiwi koala lantern lapwing lasso laurel lemur lentil lilac linen llama lobby magnet magpie mammoth mango
  marina meadow meerkat melody mermaid meteor minnow mirror mobile muffin museum napkin north nugget nylon oasis
  oatmeal oboe ocean octopus olive opera orange orbit orchid oregano origami ostrich oval paella panini
  parcel pastry patio pebble pelican penguin peony pesto picnic pilot pixel polka poncho poplar potato pretzel
  pyramid quartz quilt quince radish railway rainbow raisin ravioli rhubarb risotto rodeo rugby safari saffron sailor
  salmon scroll sesame sheep sherbet shovel silk sketch skylark snail snorkel sofa sonata sparrow spinach spruce
  stadium statue stereo stork studio sundial sunset surfer sushi swift tadpole tandem tartan teacup teapot tennis
  terrace tiger toast toffee topaz trapeze trellis tripod trophy trout truffle trumpet tugboat tulip tundra tuxedo twinkle
  ukulele veranda vinegar violin wallaby waltz wigwam willow wombat yacht yarn yogurt yoyo zebra zenith zigzag
`
  .trim()
  .split(/\s+/);

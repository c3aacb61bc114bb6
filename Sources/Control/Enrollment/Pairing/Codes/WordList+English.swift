extension WordList {
    /// 1,024 common English words of four to eight letters, alphabetically: ten bits each. No two begin with the same four
    /// letters, and no letter added, left out or mistaken makes one of another.
    ///
    /// Put together for this project and dedicated to the public domain (CC0 1.0).
    public static let english = WordList(
        """
        abacus able academy account achieve acid acorn acrobat actor adapt adobe adult adverb aerial affair afford \
        after again agent agile ahead airport aisle alarm album alcove alert algae alibi alley almond alpine amateur \
        amber amigo amount anchor angle animal answer anthem antler anvil apology apple april apron arcade arch \
        arctic arena armor army aroma arrow artist ascend aspen athlete atlas atom attic audio august aunt aurora \
        author autumn avenue avocado awake award awning axis azure baby bacon badge bagel baker balance balcony ball \
        bamboo banana bandage banjo banquet bark barley barrel basil basket bath battery bayou bazaar beach bean \
        beaver bedroom beetle begin behave believe belt benefit berry bestow beyond bicycle bingo birch bird biscuit \
        bison blanket blaze blender bliss bloom blossom blue bluff board boat bobcat bonfire bonus book boost boots \
        border bottle boulder bounce bouquet bowl boxer bracket brain branch bravo bread breeze brick bridge bright \
        bronze brush bubble bucket buddy budget buffalo bugle builder bulb bulldog bumper bundle burger burlap \
        burrow bushel butter buyer cabin caboose cactus cadet cafe calcium calf camel canal candle canoe canvas \
        canyon capital captain caravan carbon cargo carpet carrot cartoon carve cascade cashew castle catalog \
        caution cavalry cedar ceiling celery cellar cement center ceramic cereal chair chalk chapel charm cheese \
        chef cherry chess chicken child chimney chin choice chorus chrome cider cinema circle citrus city clay clerk \
        cliff clinic clock cloud clover club coach coast cobalt cobbler cobra cocoa coffee cohort colony column \
        comet common compass concert convoy copper coral corner cosmic cotton cougar cousin cowboy coyote cozy crab \
        cradle crater cream crouch crown cruise cube cuckoo custom cycle cymbal daily dance daring dawn debate debut \
        decade deer degree delta demand denim depend depot deputy derby desert design desk detail device dial diary \
        dice diesel differ dinner direct dish diver divide doctor dollar domain donkey donut door dorm double dough \
        dove dozen dragon drama dress drift drill drone drum duck duet dune duty dynamo eager eagle early earth \
        easel east echo editor effort elbow elder elite emblem empire empty enamel encore energy engine enjoy enlist \
        ensure entire entry equal erase errand escort essay estate ethics evolve exact exit exotic expand expert \
        extra fabric fairy falcon family fancy farm faucet favor fedora fellow fence fern fiber fiddle field figure \
        film filter final finger fire flag flame fleet flint float flour flower fluffy flute flyer foam focus foil \
        folder folk fondue forest forge fossil foster fresco friend frog frost frozen fruit fudge fuel funnel furry \
        fusion future gadget galaxy game garage garden garlic gather gauge gear gecko genius genre gentle gerbil \
        geyser giant gift giggle give glance glass glider globe glory goalie goblet gold goose govern grape green \
        grid groom group grove growth guard guava guest guide guild guitar gulf gusto gypsum habit hail halo hamlet \
        hammer hand harbor hawk hazel heart heavy hectic hedge height helium helmet helper herb heron hidden hiker \
        hill hinge hippo hobby hockey hollow honey hood hope hornet horse host hotel hour hover hubcap huddle human \
        humble hummus hunter husky hybrid hyena icicle icon idea igloo image impact inch income index indigo infant \
        insect inside invent iris island item ivory jacket jaguar jazz jeans jelly jersey jewel jigsaw jogger join \
        joke juice july jungle junior karate kayak keeper kennel kettle kick kilo kimono kind kiosk kite kitten kiwi \
        knee knife knight knot koala label ladder lake lamb laptop large laser latch lava leader leaf league legend \
        lemon lens lesson letter level lichen light lilac lily lime linen lion liquid list liter lively lizard llama \
        local lodge logic lotus lounge lucky lumber lunar lunch luxury lynx lyric magic magnet major mallet mammal \
        mango maple marble margin market mascot mask matrix meadow medal melody member memory menu mesa meteor \
        method milk mimic mint minute mirror mister mixer mobile model mole moment month mosaic moss motor mouse \
        movie muffin mural museum music mutual myth napkin nation nature navy neck nectar needle neon nephew nest \
        never nickel niece nimble noble noise nomad noodle north novel nurse nutmeg nylon oasis object oboe ocean \
        office often olive omega onion onyx opal open opera optic oracle orange orbit organ orient origin osprey \
        otter owner oxygen oyster ozone paddle page palace palm panda panel papaya paper parade parcel parent party \
        pasta patio patrol pause peanut pearl pebble pecan pencil people pepper permit person petal phone photo \
        piano picnic pier pigeon pillow pilot pine pirate pizza planet plaza plum pluto pocket podium poem polar \
        pollen polo pond porch potato powder price prism proof public pulley pulp pupil puppet purple puzzle python \
        quail queen quick quiet quince quiver quiz quota rabbit racer radar radio raft raisin ramp random ranger \
        rapid raven razor recipe record reef reflex region relay relic remedy report rescue result return reward \
        rhino rhythm ribbon ring ripple road robin robot rodeo roller rookie rose rotate round royal rubber ruby \
        rudder ruler runner rust sack safari sailor salad salmon salt sample sandal satin saturn sauce scale scarf \
        scene school scout screen season secret sedan seed select senior sequel series sesame shadow shark sheep \
        shell shield shirt shoe shovel shrimp sierra signal silver siren skate skill skunk sleeve sleigh slogan \
        slope smart smile smooth snail snake snow soap soccer social soda soft solid sonic south space sphere spider \
        spiral sponge spoon spray spring sprout square squid stage star steam steel stereo stick stone stork straw \
        subway sugar suit sulfur summer super surf sushi swan swim switch symbol syrup system tablet taco talent \
        tank tape target taxi teapot teddy temple tennis tent thick thorn thread thrill throne thumb ticket tide \
        tiger timber tiny tissue titan today tomato tooth topaz total toucan towel town track trade travel trek \
        trial tribe trophy tuba tulip tundra turkey turnip turtle tutor tuxedo twig uncle under unique update uphill \
        upper urban urchin useful usher utopia vacuum value vapor vase vault vector velvet vendor vessel video view \
        villa violin visit visor vivid voice volume voter voyage wafer wagon walnut walrus waltz wander washer wasp \
        wave whale wheat wheel white wicker width wild winter wisdom wise wolf wombat wool word worker wreath wrench \
        wrist writer yacht yard yeti yoga yogurt yonder young yoyo zebra zenith zephyr zigzag zinc zipper zodiac
        """.split(separator: " ").map(String.init))
}

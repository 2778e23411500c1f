-- up
-- The catalog: every model of a category in every variant of it. Prices and stock follow from their places in the
-- lists, so that two databases made on two days are the same.
insert into categories (slug, name, position) values
  ('cylinders', 'Cylinders & Tanks', 1),
  ('regulators', 'Regulators', 2),
  ('hoses', 'Hoses', 3),
  ('grills', 'Grills & Griddles', 4),
  ('patio-heaters', 'Patio Heaters', 5),
  ('indoor-heaters', 'Indoor Heaters', 6),
  ('fire-pits', 'Fire Pits', 7),
  ('camp-stoves', 'Camp Stoves', 8),
  ('torches', 'Torches', 9),
  ('fittings', 'Fittings & Valves', 10),
  ('safety', 'Safety', 11),
  ('accessories', 'Accessories', 12);

with
models (category, place, model, base_cents, blurb) as (values
  ('cylinders', 1, 'Strickland Standard Steel Cylinder', 4495, 'The cylinder most homes know: powder-coated steel, foot ring and collar, filled at our yard or yours'),
  ('cylinders', 2, 'Featherweight Composite Cylinder', 8995, 'Half the weight of steel, and you can see how much is left through its translucent wall'),
  ('cylinders', 3, 'Dockside Marine Aluminium Cylinder', 13995, 'Salt does not bother it: marine-grade aluminium with a clear coat'),
  ('cylinders', 4, 'Old Mill Forklift Cylinder', 16995, 'Liquid withdrawal for lift trucks, with a gauge that reads lying down'),
  ('cylinders', 5, 'Homestead Upright Tank', 32995, 'For a cottage that cooks, heats and dries on gas; installed by our fitters'),
  ('regulators', 1, 'Evenflow Single-Stage Regulator', 1895, 'Steady low pressure for one appliance, with a vent that sheds rain'),
  ('regulators', 2, 'Evenflow Two-Stage Regulator', 4295, 'Two stages in one body hold the pressure steady from a full cylinder to the last hour'),
  ('regulators', 3, 'Autoshift Twin-Cylinder Regulator', 6795, 'Changes to the reserve cylinder by itself and shows a red flag when it has'),
  ('regulators', 4, 'Highline 0–30 psi Adjustable Regulator', 3595, 'For burners that want more: a hand wheel and a gauge you can read with gloves on'),
  ('regulators', 5, 'Nightwatch Regulator with Low-Gas Alarm', 8495, 'Sends a chirp, and not at three in the morning, when the cylinder is down to a tenth'),
  ('hoses', 1, 'Supple Rubber Hose', 1295, 'Stays supple at −40°, so that it can be coiled in January'),
  ('hoses', 2, 'Braided Stainless Hose', 2695, 'A stainless braid that mice, sparks and dropped tools do not get through'),
  ('hoses', 3, 'High-Pressure Hose', 2195, 'Rated for 350 psi, with crimped brass ends'),
  ('hoses', 4, 'Quick-Connect Hose', 3195, 'Clicks on with one hand and shuts itself off when it is pulled'),
  ('hoses', 5, 'Adapter Hose for Refillable Cylinders', 2395, 'Feeds an appliance made for throw-away bottles from a cylinder you refill'),
  ('grills', 1, 'Porchlight Grill', 24900, 'Two burners, a warming rack and a lid that shuts without a bang'),
  ('grills', 2, 'Roadhouse Grill', 54900, 'Cast-iron grates, a side burner and storage for the cylinder'),
  ('grills', 3, 'Smokestack "Low & Slow" Smoker', 39900, 'Holds 225° for fourteen hours on one cylinder, with a tray for chips'),
  ('grills', 4, 'Flat-Top Griddle', 31900, 'Cold-rolled steel that takes a seasoning: pancakes at eight, onions at noon'),
  ('grills', 5, 'Tailgate Folding Grill', 15900, 'Folds to the size of a suitcase and cooks for six'),
  ('patio-heaters', 1, 'Boulevard Mushroom Heater', 18900, 'The classic: a circle of warmth five metres across'),
  ('patio-heaters', 2, 'Pyramid Flame Heater', 32900, 'A flame in a quartz tube, for looking at as much as for warmth'),
  ('patio-heaters', 3, 'Tabletop Heater', 11900, 'Keeps four pairs of hands warm round a table'),
  ('patio-heaters', 4, 'Wall-Mounted Radiant Heater', 42900, 'Warms people, not air, from under an awning'),
  ('patio-heaters', 5, 'Terrace Pro Heater', 48900, 'For restaurants: tip-over switch, wheels, and a burner that lasts seasons'),
  ('indoor-heaters', 1, 'Parlour Convection Heater', 21900, 'Blue-flame heat that fills a room evenly; vent-free where codes allow'),
  ('indoor-heaters', 2, 'Workshop Radiant Heater', 16900, 'Warm at the bench in a minute, with an oxygen depletion sensor'),
  ('indoor-heaters', 3, 'Garage Forced-Air Heater', 25900, 'Takes the frost off a two-car garage before the coffee is ready'),
  ('indoor-heaters', 4, 'Greenhouse Heater', 23900, 'Keeps seedlings at ten degrees and adds a little carbon dioxide they like'),
  ('indoor-heaters', 5, 'Cabin Direct-Vent Heater', 59900, 'Sealed combustion through the wall: no drafts, no fumes, no electricity'),
  ('fire-pits', 1, 'Hearthstone Fire Bowl', 34900, 'Cast concrete that looks better each year'),
  ('fire-pits', 2, 'Lantern Hill Fire Table', 69900, 'A table with a flame in its middle and a lid for dinner'),
  ('fire-pits', 3, 'Campfire-in-a-Can', 12900, 'A campfire with no smoke, allowed where wood fires are not 🔥'),
  ('fire-pits', 4, 'Drop-In Burner Ring', 9900, 'For the pit you build yourself: 304 stainless, with jets that do not clog'),
  ('fire-pits', 5, 'Linear Trough Burner', 21900, 'A ribbon of flame for a wall or a counter'),
  ('camp-stoves', 1, 'Trailhead Two-Burner Stove', 9900, 'Wind baffles that work, and a latch that does not rattle in the car'),
  ('camp-stoves', 2, 'Ember Single-Burner Stove', 4900, 'Boils a litre in three and a half minutes'),
  ('camp-stoves', 3, 'Basecamp Three-Burner Stove', 18900, 'Feeds a scout troop; legs level on a slope'),
  ('camp-stoves', 4, 'Ridgeline Backpacking Stove', 6900, 'Ninety grams, and it simmers'),
  ('camp-stoves', 5, 'Chuckwagon Oven Stove', 26900, 'Two burners above, biscuits below'),
  ('torches', 1, 'Plumber''s Torch', 3900, 'Instant on and off, and a flame that stays lit upside down'),
  ('torches', 2, 'Weed Torch', 5900, 'Clears a gravel drive without a drop of poison'),
  ('torches', 3, 'Roofer''s Torch Kit', 11900, 'Long neck, economiser lever, and a stand that keeps it off the felt'),
  ('torches', 4, 'Chef''s Searing Torch', 4900, 'A wide, soft flame for crème brûlée and steaks <1 inch thick'),
  ('torches', 5, 'Jeweller''s Micro Torch', 2900, 'A needle of a flame for solder and splices'),
  ('fittings', 1, 'Brass Flare Fitting', 395, 'Machined, not cast; 45° flare'),
  ('fittings', 2, 'Full-Flow Ball Valve', 1495, 'A quarter turn, and you can see from across the yard whether it is open'),
  ('fittings', 3, 'Check Valve', 1195, 'Lets gas go one way & only one way'),
  ('fittings', 4, 'Manifold Tee', 895, 'Two cylinders, one line'),
  ('fittings', 5, 'Quick-Coupler Plug', 795, 'The other half of every quick coupler we sell'),
  ('safety', 1, 'Gas Leak Detector', 4495, 'Hears a leak long before you smell it'),
  ('safety', 2, 'Carbon Monoxide Alarm', 3995, 'Ten-year battery, and a voice that says which room'),
  ('safety', 3, 'Excess-Flow Safety Valve', 2495, 'Shuts when a hose is cut'),
  ('safety', 4, 'Leak Test Fluid', 695, 'Bubbles where it leaks, and does not eat brass'),
  ('safety', 5, 'Fire Blanket & Bracket', 3495, 'On the wall by the grill: pull, cover, turn off the gas'),
  ('accessories', 1, 'Cylinder Cover', 1995, 'Keeps sun and snow off; "Do Not Paint" label stays readable'),
  ('accessories', 2, 'Magnetic Level Gauge', 1495, 'Sticks to the wall of a steel cylinder and shows the level'),
  ('accessories', 3, 'Cylinder Dolly', 4995, 'Moves a full cylinder without moving your back'),
  ('accessories', 4, 'Grill Brush & Scraper Set', 1795, 'Bristle-free, because nobody wants bristles in a burger'),
  ('accessories', 5, 'Weatherproof Storage Box', 8995, 'Vented as the code asks, locked as the neighbours'' children require')
),
variants (category, place, label, factor) as (values
  ('cylinders', 1, '5 lb', 0.7), ('cylinders', 2, '11 lb', 0.85), ('cylinders', 3, '20 lb', 1.0), ('cylinders', 4, '30 lb', 1.5), ('cylinders', 5, '40 lb', 1.9), ('cylinders', 6, '100 lb', 3.4),
  ('regulators', 1, '⅜" flare', 1.0), ('regulators', 2, '½" NPT', 1.1), ('regulators', 3, '¾" NPT', 1.3), ('regulators', 4, 'QCC1', 1.05), ('regulators', 5, 'POL', 1.05),
  ('hoses', 1, '2 ft', 0.7), ('hoses', 2, '4 ft', 0.9), ('hoses', 3, '6 ft', 1.1), ('hoses', 4, '12 ft', 1.6), ('hoses', 5, '24 ft', 2.4), ('hoses', 6, '50 ft', 4.2),
  ('grills', 1, 'Graphite', 1.0), ('grills', 2, 'Barn Red', 1.0), ('grills', 3, 'Stainless', 1.4), ('grills', 4, 'Forest', 1.0), ('grills', 5, 'Cream', 1.05),
  ('patio-heaters', 1, 'Bronze', 1.0), ('patio-heaters', 2, 'Matte Black', 1.0), ('patio-heaters', 3, 'Stainless', 1.25), ('patio-heaters', 4, 'Hammered Copper', 1.35), ('patio-heaters', 5, 'White', 1.05),
  ('indoor-heaters', 1, '10,000 BTU', 0.8), ('indoor-heaters', 2, '20,000 BTU', 1.0), ('indoor-heaters', 3, '30,000 BTU', 1.25), ('indoor-heaters', 4, '60,000 BTU', 1.8), ('indoor-heaters', 5, '125,000 BTU', 2.9),
  ('fire-pits', 1, '19"', 0.8), ('fire-pits', 2, '24"', 1.0), ('fire-pits', 3, '30"', 1.3), ('fire-pits', 4, '36"', 1.6), ('fire-pits', 5, '48"', 2.2),
  ('camp-stoves', 1, 'Moss', 1.0), ('camp-stoves', 2, 'Ember Orange', 1.0), ('camp-stoves', 3, 'Slate', 1.0), ('camp-stoves', 4, 'Enamel Blue', 1.1), ('camp-stoves', 5, 'Scout''s Edition ⛺', 1.2),
  ('torches', 1, 'Bare', 0.8), ('torches', 2, 'with Trigger', 1.0), ('torches', 3, 'with Hose', 1.3), ('torches', 4, 'Kit & Case', 1.6), ('torches', 5, 'Pro', 2.1),
  ('fittings', 1, '¼"', 0.9), ('fittings', 2, '⅜"', 1.0), ('fittings', 3, '½"', 1.2), ('fittings', 4, '¾"', 1.6), ('fittings', 5, '1"', 2.2), ('fittings', 6, '10-Pack, mixed', 8.0),
  ('safety', 1, 'Single', 1.0), ('safety', 2, 'Twin Pack', 1.9), ('safety', 3, 'Boat & Caravan', 1.2), ('safety', 4, 'Workshop', 1.4), ('safety', 5, 'Contractor''s Box of 6', 5.2),
  ('accessories', 1, 'Small', 0.8), ('accessories', 2, 'Medium', 1.0), ('accessories', 3, 'Large', 1.3), ('accessories', 4, 'Extra Large', 1.6), ('accessories', 5, '<Custom Size>', 2.0)
),
catalog as (
  select c.id as category_id, m.model || ', ' || v.label as name, m.blurb, v.label, m.base_cents, v.factor,
    row_number() over (order by c.position, m.place, v.place) as n
  from categories c
  join models m on m.category = c.slug
  join variants v on v.category = c.slug
)
insert into products (category_id, slug, name, description, price_cents, stock)
select
  category_id,
  trim(both '-' from regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g')) || '-' || n,
  name,
  blurb || '. This one: ' || label || '.',
  (round(base_cents * factor / 100) * 100 - 5)::integer,
  case when n % 23 = 0 then 0 else (n * 37 % 61 + 3)::integer end
from catalog
order by n;

-- down
delete from products;
delete from categories;

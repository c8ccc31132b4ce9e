// Makes the offline basemap from Natural Earth (npm world-atlas): land in two resolutions and country borders.
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { feature, mesh } from 'topojson-client';

const require = createRequire(import.meta.url);
const folder = join(dirname(fileURLToPath(import.meta.url)), '../src/map/basemap');

/** Four decimals are about eleven metres: far below the error of Natural Earth. */
function rounded(_key, value) {
  return typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value;
}

function atlas(name) {
  return JSON.parse(readFileSync(require.resolve(`world-atlas/${name}.json`), 'utf8'));
}

/** One feature a polygon, so that each tile is cut from the few polygons that touch it. */
function polygons(topology) {
  const land = feature(topology, topology.objects.land);
  const features = land.features.flatMap(({ geometry }) =>
    geometry.coordinates.map((coordinates) => ({
      type: 'Feature',
      properties: {},
      geometry: { type: 'Polygon', coordinates },
    })),
  );
  return { type: 'FeatureCollection', features };
}

function borders(topology) {
  return {
    type: 'Feature',
    properties: {},
    geometry: mesh(topology, topology.objects.countries, (a, b) => a !== b),
  };
}

const makes = {
  'land-coarse.json': () => polygons(atlas('land-50m')),
  'land-fine.json': () => polygons(atlas('land-10m')),
  'borders.json': () => borders(atlas('countries-10m')),
};

/** Made again when this script, or the packages it reads, have changed. */
const changedMs = Math.max(
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
  statSync(require.resolve('world-atlas/land-10m.json')).ctimeMs,
);

mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(makes)) {
  const path = join(folder, name);
  if (!existsSync(path) || statSync(path).mtimeMs < changedMs)
    writeFileSync(path, JSON.stringify(make(), rounded));
}

/** Parallels and meridians for what is in view, at a spacing that suits the zoom. */

import type { Feature, FeatureCollection } from 'geojson';

const SPACINGS_DEG = [30, 10, 5, 2, 1, 0.5, 1 / 6, 1 / 12, 1 / 60];
const WANTED_LINES = 5;

export interface View {
  west: number;
  south: number;
  east: number;
  north: number;
}

export function graticule(view: View): FeatureCollection {
  const spacing = spacingFor(view.east - view.west);
  const features: Feature[] = [];
  for (let i = Math.ceil(view.west / spacing); i * spacing <= view.east; i++) {
    const lon = i * spacing;
    features.push(
      line(
        [
          [lon, Math.max(view.south, -85)],
          [lon, Math.min(view.north, 85)],
        ],
        longitude(lon),
      ),
    );
  }
  for (let i = Math.ceil(view.south / spacing); i * spacing <= view.north; i++) {
    const lat = i * spacing;
    if (Math.abs(lat) > 85) continue;
    features.push(
      line(
        [
          [view.west, lat],
          [view.east, lat],
        ],
        latitude(lat),
      ),
    );
  }
  return { type: 'FeatureCollection', features };
}

export function spacingFor(widthDeg: number): number {
  return SPACINGS_DEG.find((spacing) => widthDeg / spacing >= WANTED_LINES) ?? 1 / 60;
}

function line(coordinates: number[][], name: string): Feature {
  return { type: 'Feature', properties: { name }, geometry: { type: 'LineString', coordinates } };
}

function longitude(lon: number): string {
  const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
  return `${minutes(wrapped)}${wrapped < 0 ? 'W' : 'E'}`;
}

function latitude(lat: number): string {
  return `${minutes(lat)}${lat < 0 ? 'S' : 'N'}`;
}

function minutes(angle: number): string {
  const whole = Math.round(Math.abs(angle) * 60);
  const rest = whole % 60;
  return rest ? `${Math.floor(whole / 60)}°${String(rest).padStart(2, '0')}′` : `${Math.floor(whole / 60)}°`;
}

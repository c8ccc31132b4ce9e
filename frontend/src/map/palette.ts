/** The map's colours, a palette a theme. At night dark and low in chroma, so that only what needs an officer stands out. */

import type { SymbolLook } from '../symbols/picture';
import type { Theme } from '../theme/theme';

export interface Palette {
  sea: string;
  land: string;
  coast: string;
  coastGlow: string;
  border: string;
  /** What a mission's own base map brings beyond land and sea. */
  wood: string;
  built: string;
  road: string;
  roadMinor: string;
  building: string;
  /** How its pictures are dimmed: what is drawn over them must stand out. */
  townText: string;
  grid: string;
  gridText: string;
  ivory: string;
  ivoryText: string;
  zoneText: string;
  sector: string;
  limitation: string;
  noFly: string;
  restricted: string;
  operations: string;
  route: string;
  place: string;
  placeText: string;
  incidentText: string;
  /** Around text and lines, so that they read on whatever lies beneath. */
  halo: string;
  trail: string;
  evidence: string;
  interference: string;
  measure: string;
  ring: string;
  urgent: string;
  onUrgent: string;
  high: string;
  medium: string;
  low: string;
  settled: string;
  ink: string;
  entities: EntityColours;
  symbols: SymbolLook;
  /** Parties by their order in the mission file; what they do not reach goes by the symbol's own colour. */
  parties: readonly string[];
}

export interface EntityColours {
  live: string;
  stale: string;
  lost: string;
  selected: string;
  halo: string;
  leader: string;
  tie: string;
  staleRing: string;
  doubt: string;
}

const NIGHT: Palette = {
  sea: '#0b1219',
  land: '#171e25',
  coast: '#3d5668',
  coastGlow: '#1f4a63',
  border: '#5d6974',
  wood: '#17231f',
  built: '#1d252d',
  road: '#3a4651',
  roadMinor: '#27313a',
  building: '#222c35',
  townText: '#8b99a5',
  grid: '#26313b',
  gridText: '#6d7d8b',
  ivory: '#efe2c0',
  ivoryText: '#e8dcbc',
  zoneText: '#a9b7c2',
  sector: '#8a9bab',
  limitation: '#c7a35f',
  noFly: '#a99bd6',
  restricted: '#cf9a9a',
  operations: '#64748b',
  route: '#7ea0b8',
  place: '#a8cdf0',
  placeText: '#bcd3e6',
  incidentText: '#d5dde4',
  halo: '#0b1117',
  trail: '#7cc3ff',
  evidence: '#ffffff',
  interference: '#e58bd0',
  measure: '#8ff0d0',
  ring: '#9fd8ff',
  urgent: '#ff5b52',
  onUrgent: '#ffffff',
  high: '#f2a03d',
  medium: '#f0cf57',
  low: '#8fa3b3',
  settled: '#6b7a88',
  ink: '#0b1117',
  entities: {
    live: '#e3edf6',
    stale: '#9aa8b4',
    lost: '#77848f',
    selected: '#ffffff',
    halo: '#090e14',
    leader: '#d1e3f2',
    tie: '#ffe28a',
    staleRing: '#b8c4ce',
    doubt: '#ffc857',
  },
  symbols: {
    fills: {
      Civilian: '#c9a3f5',
      Friend: '#7cc3ff',
      Hostile: '#ff928a',
      Neutral: '#93dfa4',
      Unknown: '#ffe28a',
      Suspect: '#ffb36b',
    },
    ink: '#000000',
    outline: '#0a1017',
  },
  parties: ['#f2a33c', '#9a5cf0', '#f4efc4', '#4d8294'],
};

const DAY: Palette = {
  sea: '#c9d9e3',
  land: '#f1f0ea',
  coast: '#7d97a8',
  coastGlow: '#a9c3d2',
  border: '#8d8a85',
  wood: '#dde7d3',
  built: '#e6e3dc',
  road: '#c9beab',
  roadMinor: '#dcd6ca',
  building: '#d9d4ca',
  townText: '#5d6266',
  grid: '#b9c6cd',
  gridText: '#50626f',
  ivory: '#4d3d12',
  ivoryText: '#4d3d12',
  zoneText: '#3f4e59',
  sector: '#4a5c6b',
  limitation: '#8a6510',
  noFly: '#5a48a0',
  restricted: '#963a3a',
  operations: '#55677c',
  route: '#3f6f92',
  place: '#1f5f9c',
  placeText: '#1d4266',
  incidentText: '#26323b',
  halo: '#fdfdfb',
  trail: '#0b62b8',
  evidence: '#111a21',
  interference: '#a01f86',
  measure: '#006b52',
  ring: '#0a5580',
  urgent: '#d3211a',
  onUrgent: '#ffffff',
  high: '#c26a00',
  medium: '#9a7a00',
  low: '#5b6d7b',
  settled: '#7b8993',
  ink: '#ffffff',
  entities: {
    live: '#0e1a24',
    stale: '#4d5c68',
    lost: '#65727d',
    selected: '#000000',
    halo: '#ffffff',
    leader: '#1d3345',
    tie: '#6b5200',
    staleRing: '#4d5c68',
    doubt: '#ffc857',
  },
  symbols: {
    fills: {
      Civilian: '#c9a0f0',
      Friend: '#74bbff',
      Hostile: '#ff8a80',
      Neutral: '#8bdc9d',
      Unknown: '#ffe070',
      Suspect: '#ffad60',
    },
    ink: '#000000',
    outline: '#ffffff',
  },
  parties: ['#e09a1a', '#7a35c9', '#12285e', '#d9419a'],
};

/** Red alone, by lightness and shape. Below, the same table says it: no green or blue worth the name. */
const RED: Palette = {
  sea: '#0a0000',
  land: '#190302',
  coast: '#6b1a13',
  coastGlow: '#3d0d09',
  border: '#6b1a13',
  wood: '#1d0503',
  built: '#220604',
  road: '#43100c',
  roadMinor: '#300b08',
  building: '#2b0906',
  townText: '#b0372b',
  grid: '#3a0b08',
  gridText: '#b0372b',
  ivory: '#e8503f',
  ivoryText: '#e8503f',
  zoneText: '#e04d3d',
  sector: '#b0372b',
  limitation: '#a83328',
  noFly: '#a83328',
  restricted: '#b83a2d',
  operations: '#82261d',
  route: '#9c2f24',
  place: '#c23e31',
  placeText: '#e04d3d',
  incidentText: '#dd4b3b',
  halo: '#0a0000',
  trail: '#ff6a58',
  evidence: '#ff8573',
  interference: '#dd4b3b',
  measure: '#ff7a67',
  ring: '#ee5645',
  urgent: '#ff8573',
  onUrgent: '#1d0302',
  high: '#f05a49',
  medium: '#d14637',
  low: '#9c2f24',
  settled: '#82261d',
  ink: '#0a0000',
  entities: {
    live: '#ff6a58',
    stale: '#dd4b3b',
    lost: '#9c2f24',
    selected: '#ff9484',
    halo: '#0a0000',
    leader: '#e8503f',
    tie: '#d14637',
    staleRing: '#b0372b',
    doubt: '#f05a49',
  },
  symbols: {
    fills: {
      Civilian: '#a83328',
      Friend: '#c23e31',
      Hostile: '#ff8573',
      Neutral: '#9c2f24',
      Unknown: '#dd4b3b',
      Suspect: '#f06a59',
    },
    ink: '#0a0000',
    outline: '#0a0000',
  },
  parties: ['#ff7a67', '#a83328', '#dd4b3b', '#82261d'],
};

export const PALETTES: Readonly<Record<Theme, Palette>> = { night: NIGHT, day: DAY, red: RED };

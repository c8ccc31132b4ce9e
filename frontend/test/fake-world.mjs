// A made-up picture that moves: tracks along a mission's lines, a few violations, incidents and feeds.
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
export const label = { classification: 'unclassified', releasable_to: ['MISSION'], caveats: [] };

const KINDS = [
  ['mission', 'friend', 'vehicle', '10031000001211040000', 'KITE'],
  ['mission', 'friend', 'foot', null, 'WOLF'],
  ['mission', 'friend', 'uav', '10030100001103000000', 'HERON'],
  ['north', 'neutral', 'vehicle', '10041000001211000000', null],
  ['south', 'neutral', 'armour', null, null],
  ['unknown', 'unknown', 'uav', null, null],
  ['mission', 'friend', 'static', '10031000001107000000', 'OP'],
  ['mission', 'friend', 'helicopter', '10030100001102000000', 'HAWK'],
  ['mission', 'friend', 'vehicle', 'XYZZY', 'BROKEN'],
  ['north', 'suspect', 'foot', null, null],
];
const ago = (s) => new Date(Date.now() - s * 1000).toISOString();

export function makeWorld(file, count) {
  const path = file.features
    .filter(({ properties }) => properties.kind === 'ceasefire_line')
    .flatMap(({ geometry }) =>
      geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates,
    )
    .flat();
  const tracks = new Map();
  for (let i = 0; i < count; i++) {
    const [party, affiliation, platform, sidc, word] = KINDS[i % KINDS.length];
    const [lon, lat] = path[(i * 7) % path.length];
    const spread = count > 500 ? 0.5 : 0.06;
    tracks.set(`t_${i}`, {
      id: `t_${i}`,
      sources: [{ contingent: ['ARG', 'GBR', 'SVK'][i % 3], unit: `u-${i}` }],
      party,
      affiliation,
      platform,
      sidc,
      callsign: word && `${word} ${i}`,
      lon: lon + (Math.random() - 0.5) * spread,
      lat: lat + (Math.random() - 0.5) * spread,
      altitude_m: platform === 'uav' ? 410 : null,
      altitude_ref: 'hae',
      course_deg: (i * 47) % 360,
      speed_m_s: platform === 'static' ? 0 : platform === 'helicopter' ? 45 : 9,
      accuracy_m: 120,
      observed_at: ago(i % 9 === 4 ? 500 : i % 17 === 5 ? 9000 : 2),
      received_at: ago(1),
      status: i % 17 === 5 ? 'lost' : i % 9 === 4 ? 'stale' : 'live',
      flags: i % 10 === 5 ? ['implausible'] : [],
      members: [],
      label,
      drone:
        i % 10 === 5
          ? { operator_lon: lon + 0.02, operator_lat: lat - 0.015, serial: `S-${i}`, sensor: null }
          : null,
    });
  }
  const world = {
    path,
    tracks,
    violations: new Map(),
    n: 0,
    all: () => ({
      mission: { escalate_after_s: {}, ...file.mission, exercise: file.mission.exercise },
      tracks: [...tracks.values()],
      violations: [...world.violations.values()],
      incidents,
      features: file.features.map(({ id, geometry, properties }) => ({
        type: 'Feature',
        id,
        geometry,
        properties: {
          left: null,
          right: null,
          radius_m: null,
          valid_from: null,
          valid_to: null,
          rules: [],
          ...properties,
        },
      })),
      feeds: ['ARG', 'GBR'].map((contingent, i) => ({
        id: `f_${i}`,
        contingent,
        feed: 'positions',
        status: i ? 'silent' : 'live',
        last_heard_at: ago(i ? 412 : 2),
        rate_per_min: i ? 0 : 214,
        accepted: 9000,
        duplicates: 3,
        rejected: i,
        clock_skew_s: 0.1,
      })),
    }),
    trail(id) {
      const { lon, lat, course_deg: course } = tracks.get(id);
      return Array.from({ length: 40 }, (_, i) => ({
        lon: lon - Math.sin((course * Math.PI) / 180) * 0.002 * (40 - i) + Math.sin(i / 4) * 0.003,
        lat: lat - Math.cos((course * Math.PI) / 180) * 0.002 * (40 - i),
      }));
    },
    move() {
      const moved = [];
      for (const track of tracks.values()) {
        if (track.status !== 'live' || !track.speed_m_s) continue;
        const turn = (track.course_deg + (Math.random() - 0.5) * 12 + 360) % 360;
        const step = (track.speed_m_s * 1) / 111_000;
        const next = {
          ...track,
          course_deg: turn,
          observed_at: ago(0.4),
          received_at: ago(0.1),
          lon: track.lon + Math.sin((turn * Math.PI) / 180) * step * 1.2,
          lat: track.lat + Math.cos((turn * Math.PI) / 180) * step,
        };
        tracks.set(track.id, next);
        moved.push(next);
      }
      return moved;
    },
  };
  const [a, b] = [path[9] ?? path[0], path[Math.floor(path.length * 0.6)]];
  const incidents = [
    ['firing', 'Three shots heard', 'high', a],
    ['construction', 'New earthworks', 'medium', b],
    ['drone', 'Drone seen over OP 12', 'low', path[Math.floor(path.length * 0.8)]],
  ].map(([category, title, severity, [lon, lat]], i) => ({
    id: `i_${i}`,
    contingent: 'ARG',
    incident: `inc-${i}`,
    observed_at: ago(900),
    received_at: ago(890),
    lon: lon + 0.02,
    lat: lat + 0.01,
    category,
    title,
    description: null,
    severity,
    party: null,
    weapon: null,
    count: null,
    means: 'heard',
    observer_lon: null,
    observer_lat: null,
    distance_m: null,
    bearing_deg: null,
    accuracy_m: null,
    flags: [],
    label,
  }));
  const add = (over) => {
    const made = violation(world, over);
    world.violations.set(made.id, made);
  };
  add({ status: 'confirmed', severity: 'high', age: 42 });
  add({ status: 'suspected', severity: 'high', age: 130 });
  add({
    rule: 'zone_incursion',
    direction: 'enter',
    status: 'confirmed',
    severity: 'medium',
    age: 660,
    depth_m: 430,
  });
  add({ status: 'confirmed', severity: 'high', late: true, age: 4000 });
  add({ status: 'confirmed', severity: 'critical', age: 2400, state: 'acknowledged' });
  add({ status: 'withdrawn', severity: 'high', age: 3000 });
  add({ status: 'confirmed', severity: 'low', age: 5400, state: 'verified' });
  return world;
}

export function violation(world, over) {
  const n = world.n++;
  const [lon, lat] = world.path[(n * 13 + 5) % world.path.length];
  const { age = 1, state = 'open', ...rest } = over;
  return {
    id: `v_${n}`,
    rule: 'line_crossing',
    rule_id: 'r1',
    feature: 'cfl-north',
    feature_name: 'Northern ceasefire line',
    track: `t_${(n * 3) % world.tracks.size}`,
    party: 'north',
    units: [{ contingent: 'GBR', unit: `u-${n}` }],
    status: 'suspected',
    late: false,
    nominal: false,
    severity: 'high',
    direction: 'left_to_right',
    lon,
    lat,
    observed_at: ago(age),
    confirmed_at: ago(age - 1),
    ended_at: null,
    duration_s: null,
    depth_m: 112 + n,
    radius_m: null,
    confidence: 0.97,
    cause: 'found',
    platform: null,
    evidence: { reports: ['r_1', 'r_2'], line_version: null },
    reason: `u-${n} seen by GBR, ${112 + n} m beyond the northern line, margin 50 m, accuracy 12 m.`,
    assessment:
      state === 'open'
        ? { state, by: null, at: null, note: null }
        : { state, by: 'Cpt. Adeyemi', at: ago(60), note: null },
    revision: 1,
    told_at: ago(age),
    changed_at: ago(age),
    open: state === 'open',
    label,
    ...rest,
  };
}

/** The nouns of the picture, by the names that the rest of this program says. Their shapes are those of the wire. */

export type {
  FeatureFrame as Feature,
  FeedFrame as Feed,
  IncidentFrame as Incident,
  MissionFrame as Mission,
  TrackFrame as Track,
  ViolationFrame as Violation,
} from '../protocol/frames';

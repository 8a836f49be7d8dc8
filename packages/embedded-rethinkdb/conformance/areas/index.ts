import type { Area } from '../area.js';
import { GEOMETRY } from './geometry.js';
import { MATH } from './math.js';
import { QUERIES } from './queries.js';
import { SPATIAL_INDEXES } from './spatial-indexes.js';

export const AREAS: readonly Area[] = [...GEOMETRY, ...SPATIAL_INDEXES, ...MATH, ...QUERIES];

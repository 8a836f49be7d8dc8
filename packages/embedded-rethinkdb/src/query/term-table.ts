import type { Chapter, TermEntry } from './term.js';
import type { TermName } from './term-numbers.js';
import { ADMINISTRATION } from './terms/administration.js';
import { AGGREGATION } from './terms/aggregation.js';
import { CONTROL_STRUCTURES } from './terms/control-structures.js';
import { DATES_AND_TIMES } from './terms/dates-and-times.js';
import { DOCUMENT_MANIPULATION } from './terms/document-manipulation.js';
import { GEOSPATIAL } from './terms/geospatial.js';
import { JOINS } from './terms/joins.js';
import { MANIPULATING_DATABASES } from './terms/manipulating-databases.js';
import { MANIPULATING_TABLES } from './terms/manipulating-tables.js';
import { MATH_AND_LOGIC } from './terms/math-and-logic.js';
import { SELECTING_DATA } from './terms/selecting-data.js';
import { STRING_MANIPULATION } from './terms/string-manipulation.js';
import { TRANSFORMATIONS } from './terms/transformations.js';
import { WRITING_DATA } from './terms/writing-data.js';

/** Every term of ReQL, by the chapters of RethinkDB's API reference. */
export const CHAPTERS: Readonly<Record<string, Chapter>> = {
  'Manipulating databases': MANIPULATING_DATABASES,
  'Manipulating tables': MANIPULATING_TABLES,
  'Writing data': WRITING_DATA,
  'Selecting data': SELECTING_DATA,
  Joins: JOINS,
  Transformations: TRANSFORMATIONS,
  Aggregation: AGGREGATION,
  'Document manipulation': DOCUMENT_MANIPULATION,
  'String manipulation': STRING_MANIPULATION,
  'Math and logic': MATH_AND_LOGIC,
  'Dates and times': DATES_AND_TIMES,
  'Control structures': CONTROL_STRUCTURES,
  'Geospatial commands': GEOSPATIAL,
  Administration: ADMINISTRATION,
};

export const TERMS: Readonly<Partial<Record<TermName, TermEntry>>> = Object.assign(
  {},
  ...Object.values(CHAPTERS),
);

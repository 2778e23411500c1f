import { IntegerParam } from 'arlen'
import * as v from 'valibot'

/** The `:id` of a path. The largest is that of PostgreSQL's `integer`. */
export const NoteId = v.object({ id: v.pipe(IntegerParam, v.minValue(1), v.maxValue(2_147_483_647)) })

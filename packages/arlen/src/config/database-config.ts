import { POOL_SETTINGS, type PoolSetting, TYPE_SETTINGS } from '@arlen/pg/settings'
import * as v from 'valibot'

/** The settings of a database besides its URL, derived from the tables of @arlen/pg. */
export function databaseEntries(): v.ObjectEntries {
  const pool = Object.entries(POOL_SETTINGS).map(([name, setting]) => [name, poolEntry(setting)])
  const types = Object.entries(TYPE_SETTINGS).map(([name, { choices, description }]) => {
    return [name, v.optional(v.pipe(v.picklist(choices), v.description(description)), choices[0]!)]
  })
  return {
    password: v.optional(
      v.pipe(
        v.union([v.string(), v.function()], 'a string or a function'),
        v.description('Overrides the password of the URL; in config/ also a function'),
        v.metadata({ secret: true }),
      ),
    ),
    ...Object.fromEntries(pool),
    types: v.optional(v.strictObject({ ...Object.fromEntries(types), custom }), {}),
    sqlstates: v.optional(
      v.pipe(v.record(v.string(), sqlState), v.description('Codes and statuses of SQLSTATEs, as JSON')),
      {},
    ),
  }
}

const custom = v.optional(
  v.pipe(v.record(v.string(), v.function()), v.description('Further parsers by type OID; in config/ only')),
)

const sqlState = v.strictObject({
  code: v.string(),
  status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599))),
  detail: v.optional(v.string()),
  retryable: v.optional(v.boolean()),
})

function poolEntry(setting: PoolSetting): v.GenericSchema {
  const { kind, default: value, description } = setting
  switch (kind) {
    case 'count': {
      const count = v.pipe(v.number(), v.integer(), v.minValue(setting.min), v.description(description))
      return v.optional(count, setting.default)
    }
    case 'flag':
      return v.optional(v.pipe(v.boolean(), v.description(description)), value as boolean)
    case 'text':
      return v.optional(v.pipe(v.string(), v.description(description)), value as string)
  }
}

/** The result types of functions, as far as they matter for casts and for functions shared by several types. */
export type Family = 'text' | 'json' | 'array' | 'other'

/** PostgreSQL functions that never return NULL, whatever their arguments. */
export const NEVER_NULL: Readonly<Record<string, Family>> = {
  ...all('other', 'count row_number rank dense_rank percent_rank cume_dist now clock_timestamp statement_timestamp'),
  ...all('array', 'array_append array_prepend'),
  ...all('other', 'num_nulls num_nonnulls txid_current pg_current_xact_id'),
  ...all('other', 'transaction_timestamp random gen_random_uuid uuidv4 uuidv7 pg_backend_pid pg_typeof grouping pi'),
  ...all('json', 'json_build_object json_build_array jsonb_build_object jsonb_build_array'),
  ...all('text', 'concat version current_database timeofday'),
}

/**
 * PostgreSQL functions that are strict and return NULL only for NULL. Functions that return NULL for other values are
 * omitted: `to_char` of infinity, `extract` from it, `array_length` of an empty array, `substring` with a pattern.
 */
export const NULL_FOR_NULL_ALONE: Readonly<Record<string, Family>> = {
  ...all('text', 'initcap btrim ltrim rtrim lpad rpad left right replace reverse repeat split_part translate'),
  ...all('text', 'md5 encode chr quote_ident quote_literal regexp_replace overlay array_to_string convert_from to_hex'),
  ...all(
    'text',
    'jsonb_typeof json_typeof jsonb_pretty substring substr lower upper normalize format_type similar_to_escape',
  ),
  ...all('other', 'length char_length character_length octet_length bit_length ascii position strpos starts_with'),
  ...all('other', 'abs ceil ceiling floor round trunc sign mod power pow sqrt cbrt exp ln log log10 div gcd lcm'),
  ...all('other', 'degrees radians sin cos tan asin acos atan atan2 width_bucket factorial'),
  ...all('other', 'cardinality jsonb_array_length json_array_length decode sha224 sha256 sha384 sha512'),
  ...all('array', 'string_to_array'),
  ...all('other', 'date_trunc date_bin timezone make_date make_time make_timestamp make_timestamptz isfinite'),
  ...all('other', 'justify_days justify_hours justify_interval regexp_like regexp_count to_tsvector plainto_tsquery'),
  ...all('other', 'phraseto_tsquery websearch_to_tsquery to_tsquery ts_rank ts_rank_cd setweight isempty lower_inc'),
  ...all('other', 'upper_inc lower_inf upper_inf ntile date timestamp'),
  ...all(
    'json',
    'to_json to_jsonb row_to_json jsonb_set jsonb_insert jsonb_strip_nulls json_strip_nulls array_to_json',
  ),
}

/** Aggregates that return NULL if there are no rows or no non-NULL values. If a group has a value, so do they. */
export const NULL_WITHOUT_VALUES: Readonly<Record<string, Family>> = {
  ...all('other', 'sum avg min max bool_and bool_or every bit_and bit_or bit_xor any_value stddev_pop var_pop'),
  ...all('array', 'array_agg'),
  ...all('text', 'string_agg'),
  ...all('json', 'json_agg jsonb_agg json_object_agg jsonb_object_agg'),
}

/** Other aggregates, known only as such: a query of them without GROUP BY returns one row. */
export const OTHER_AGGREGATES: ReadonlySet<string> = new Set(
  'count stddev stddev_samp variance var_samp corr covar_pop covar_samp mode percentile_cont percentile_disc'.split(
    ' ',
  ),
)

/** Set-returning functions in FROM: the columns of each row, and whether one may be NULL. */
export const ROWS_OF: Readonly<Record<string, readonly { name?: string; nullable: boolean; family: Family }[]>> = {
  generate_series: [{ nullable: false, family: 'other' }],
  generate_subscripts: [{ nullable: false, family: 'other' }],
  jsonb_object_keys: [{ nullable: false, family: 'text' }],
  json_object_keys: [{ nullable: false, family: 'text' }],
  regexp_split_to_table: [{ nullable: false, family: 'text' }],
  jsonb_array_elements: [{ name: 'value', nullable: false, family: 'json' }],
  json_array_elements: [{ name: 'value', nullable: false, family: 'json' }],
  jsonb_array_elements_text: [{ name: 'value', nullable: true, family: 'text' }],
  json_array_elements_text: [{ name: 'value', nullable: true, family: 'text' }],
  jsonb_each: [
    { name: 'key', nullable: false, family: 'text' },
    { name: 'value', nullable: false, family: 'json' },
  ],
  json_each: [
    { name: 'key', nullable: false, family: 'text' },
    { name: 'value', nullable: false, family: 'json' },
  ],
  jsonb_each_text: [
    { name: 'key', nullable: false, family: 'text' },
    { name: 'value', nullable: true, family: 'text' },
  ],
  json_each_text: [
    { name: 'key', nullable: false, family: 'text' },
    { name: 'value', nullable: true, family: 'text' },
  ],
}

/** Operators that return NULL only for NULL, in PostgreSQL and its bundled extensions. `->` does not qualify. */
export const TOTAL_OPERATORS: ReadonlySet<string> = new Set(
  '+ - * / % ^ || = <> != < > <= >= ^@ ~ !~ ~* !~* ~~ !~~ ~~* !~~* & | << >> @> <@ && @@ ? ?| ?& |/ @'.split(' '),
)

/** The operators and functions among them that return a value for some NULL: `array || element`, `format_type(oid, NULL)`. */
export const NOT_STRICT: ReadonlySet<string> = new Set(['||', 'string_to_array', 'array_to_string', 'format_type'])

function all(family: Family, names: string): Record<string, Family> {
  return Object.fromEntries(names.split(' ').map(name => [name, family]))
}

const TEXT_TYPES = ['text', 'varchar', 'bpchar', 'citext', 'name', 'char']

export function familyOf(type: string | undefined): Family | undefined {
  if (type === undefined) return undefined
  if (type === 'json' || type === 'jsonb') return 'json'
  if (type.startsWith('_')) return 'array'
  return TEXT_TYPES.includes(type) ? 'text' : 'other'
}

/** Every function and operator that is recognized by its name alone. */
export const KNOWN_BY_NAME: readonly string[] = [
  ...Object.keys(NEVER_NULL),
  ...Object.keys(NULL_FOR_NULL_ALONE),
  ...Object.keys(NULL_WITHOUT_VALUES),
  ...OTHER_AGGREGATES,
  ...Object.keys(ROWS_OF),
  ...['lag', 'lead', 'first_value', 'last_value', 'current_setting', 'concat_ws', 'format'],
]

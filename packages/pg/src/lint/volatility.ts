import type { KnownSchema } from './known-schema.ts'
import { names, nodesOf, tree } from './parser.ts'

/**
 * PostgreSQL functions that are immutable or stable (`pg_proc.provolatile`) and allowed in a default: their value is the
 * same for the whole statement, so PostgreSQL stores it in the catalog instead of rewriting every row.
 */
// biome-ignore format: a table
export const NOT_VOLATILE: ReadonlySet<string> = new Set([
  'abs', 'acos', 'age', 'array_append', 'array_cat', 'array_fill', 'array_length', 'array_lower', 'array_position',
  'array_prepend', 'array_remove', 'array_replace', 'array_to_json', 'array_to_string', 'array_upper', 'ascii', 'asin',
  'atan', 'atan2', 'bit', 'bit_count', 'bit_length', 'bool', 'bpchar', 'btrim', 'bytea', 'cardinality', 'cbrt', 'ceil',
  'ceiling', 'char_length', 'character_length', 'chr', 'cidr', 'col_description', 'concat', 'concat_ws', 'convert',
  'convert_from', 'convert_to', 'cos', 'crc32', 'current_catalog', 'current_database', 'current_role',
  'current_schema', 'current_schemas', 'current_setting', 'current_user', 'date', 'date_add', 'date_bin', 'date_part',
  'date_subtract', 'date_trunc', 'datemultirange', 'daterange', 'decode', 'degrees', 'div', 'encode', 'enum_first',
  'enum_last', 'enum_range', 'exp', 'extract', 'factorial', 'float4', 'float8', 'floor', 'format', 'format_type', 'gcd',
  'get_bit', 'get_byte', 'host', 'hostmask', 'inet', 'inet_client_addr', 'inet_server_addr', 'initcap', 'int2', 'int4',
  'int4multirange', 'int4range', 'int8', 'int8multirange', 'int8range', 'interval', 'isempty', 'isfinite', 'json',
  'json_array_length', 'json_build_array', 'json_build_object', 'json_object', 'json_strip_nulls', 'json_typeof', 'jsonb',
  'jsonb_array_length', 'jsonb_build_array', 'jsonb_build_object', 'jsonb_insert', 'jsonb_object', 'jsonb_set',
  'jsonb_set_lax', 'jsonb_strip_nulls', 'jsonb_typeof', 'justify_days', 'justify_hours', 'justify_interval', 'lcm', 'left',
  'length', 'ln', 'log', 'log10', 'lower', 'lower_inc', 'lower_inf', 'lpad', 'ltrim', 'macaddr', 'make_date',
  'make_interval', 'make_time', 'make_timestamp', 'make_timestamptz', 'md5', 'min_scale', 'mod', 'money', 'netmask',
  'network', 'normalize', 'now', 'num_nonnulls', 'num_nulls', 'numeric', 'nummultirange', 'numrange', 'obj_description',
  'octet_length', 'overlay', 'parse_ident', 'pg_backend_pid', 'pg_client_encoding', 'pg_column_size',
  'pg_current_snapshot', 'pg_current_xact_id', 'pg_get_serial_sequence', 'pg_has_role', 'pg_my_temp_schema',
  'pg_postmaster_start_time', 'pg_size_bytes', 'pg_size_pretty', 'pg_trigger_depth', 'pg_typeof', 'phraseto_tsquery', 'pi',
  'plainto_tsquery', 'point', 'polygon', 'position', 'pow', 'power', 'quote_ident', 'quote_literal', 'quote_nullable',
  'radians', 'regexp_count', 'regexp_instr', 'regexp_like', 'regexp_match', 'regexp_replace', 'regexp_split_to_array',
  'regexp_substr', 'repeat', 'replace', 'reverse', 'right', 'round', 'row_to_json', 'rpad', 'rtrim', 'scale',
  'session_user', 'set_bit', 'set_byte', 'setweight', 'sha224', 'sha256', 'sha384', 'sha512', 'sign', 'sin', 'split_part',
  'sqrt', 'starts_with', 'statement_timestamp', 'string_to_array', 'strip', 'strpos', 'substr', 'substring', 'system_user',
  'tan', 'text', 'time', 'timestamp', 'timestamptz', 'timetz', 'timezone', 'to_char', 'to_date', 'to_hex', 'to_json',
  'to_jsonb', 'to_number', 'to_regclass', 'to_regrole', 'to_regtype', 'to_timestamp', 'to_tsquery', 'to_tsvector',
  'transaction_timestamp', 'translate', 'trim_array', 'trim_scale', 'trunc', 'tsmultirange', 'tsrange', 'tstzmultirange',
  'tstzrange', 'txid_current', 'unistr', 'upper', 'upper_inc', 'upper_inf', 'uuid_nil', 'uuid_ns_dns', 'uuid_ns_url',
  'varbit', 'varchar', 'version', 'websearch_to_tsquery', 'width_bucket', 'xmlcomment',
])

/** Whether an expression calls a function that may return a different value for every row. Unknown functions may. */
export function isVolatile(expression: unknown, known: KnownSchema): boolean {
  return nodesOf(expression, 'FuncCall').some(call => {
    const path = names(tree(call).funcname)
    const own = known.volatilityOf(path)
    if (own !== undefined) return own === 'volatile'
    const builtIn = path.length === 1 || path[0] === 'pg_catalog'
    return !(builtIn && NOT_VOLATILE.has(path.at(-1)!))
  })
}

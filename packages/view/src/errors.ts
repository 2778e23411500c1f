import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  tag_unclosed: { message: 'This <% tag is not closed: write %> where its code ends.' },
  sigil_invalid: { message: '{sigil} has no meaning here: {hint}' },
  expression_empty: { message: 'This <%{sigil} %> has no expression: write one in it, or remove it.' },
  expression_invalid: { message: '<%{sigil} %> prints exactly one expression: {reason}' },
  code_unclosed: { message: 'This {what} is not closed before the end of its tag.' },
  bracket_unmatched: { message: '{reason}' },
  block_without_braces: {
    message: 'Put { and } around the text that belongs to this "{keyword}": text cannot follow it without them.',
  },
  text_in_switch: { message: 'Nothing can be printed between switch (…) { and the first case.' },
  header_misplaced: { message: 'The header <%! … %> must come once, before everything else in the template.' },
  header_invalid: { message: 'A header consists of imports, types, "props: …" and "layout: …": {reason}' },
  flush_in_block: { message: 'flush() sends what is printed so far, so it cannot be called in a block or a function.' },
  local_missing: { message: 'The template "{name}" needs the local {local} but was rendered without it.' },
  slot_unknown: { message: 'The template "{name}" has no slot "{slot}"{hint}' },
  slot_missing: {
    message: 'The template "{name}" needs the slot "{slot}": pass it as include("{name}", { … }, { {slot} }).',
  },
  json_invalid: { message: 'The template "{name}" does not print valid JSON: {reason}.' },
  value_unsafe: { message: '{what} cannot be printed {where}: {hint}.' },
  value_unprintable: { message: '{what} has no string form to print: {hint}' },
  helper_unknown: { message: 'There is no helper "{helper}"{hint} Register it with createViews({ helpers }).' },
  helper_name_invalid: { message: 'A helper cannot be called "{helper}": {reason}.' },
  context_missing: { message: 'The helper "{helper}" needs the context: pass it as the third argument of render().' },
  template_missing: { message: 'There is no template "{name}"{where}' },
  template_name_invalid: {
    message: '"{name}" cannot be the name of a template: use a path below the template folder.',
  },
  template_invalid: { message: 'The code of the template "{name}" is invalid: {reason}' },
  template_ambiguous: { message: '{files} have the same name, "{name}": rename one of them.' },
  include_loop: { message: 'The templates include each other in a loop: {chain}.' },
  content_not_once: { message: 'The layouts of "{name}" must print content() exactly once for it to be streamed.' },
  stream_closed: { message: 'The page is no longer being read.' },
  attribute_invalid: { message: '{name} cannot be the name of an attribute.' },
  asset_missing: { message: 'There is no file "{path}" in {dir} to link to.' },
  build_failed: { message: '{count} of the templates in {dir} could not be compiled:\n\n{problems}' },
  content_late: { message: 'contentFor("{name}") was called after flush(), when the layout had already been sent.' },
}

export type ViewErrorCode = keyof typeof table

/** Every error that @arlen/view raises, besides `option_unknown` and `option_invalid` of @arlen/core. */
export const viewError: ErrorFactory<ViewErrorCode> = defineErrors(table)

import { describe, expect, test } from 'vitest'
import { compile } from '../compile.ts'
import { type Attributes, attributes } from './attributes.ts'
import { form } from './form.ts'

describe('attributes', () => {
  test.each<[Attributes, string]>([
    [{ href: '/a?b&c', title: `"'<>` }, 'href="/a?b&amp;c" title="&#34;&#39;&lt;&gt;"'],
    [{ disabled: true, hidden: false, id: null, lang: undefined, tabindex: 0 }, 'disabled tabindex="0"'],
    [{ class: ['tab', false, undefined, 'on'] }, 'class="tab on"'],
    [{ 'aria-expanded': false, 'data-open': true }, 'aria-expanded="false" data-open="true"'],
    [{ alt: '' }, 'alt=""'],
    [{}, ''],
  ])('prints %j', (values, expected) => {
    expect(String(attributes(values))).toBe(expected)
  })

  test.each(['a b', 'a"', 'x=y', 'a>', 'a/b', '', 'a\n', 'a\0'])('refuses the name %j', name => {
    expect(() => attributes({ [name]: 'x' })).toThrow(expect.objectContaining({ code: 'attribute_invalid' }))
  })
})

describe('a form', () => {
  const errors = [
    { path: '/body/email', code: 'email', message: 'Must be an e-mail address.' },
    { path: '/body/lines/0/count', code: 'min_value', message: 'Must be 1 or more.' },
    { path: '/body', code: 'partial_check', message: 'The passwords differ.' },
  ]
  const f = form(
    { email: '<ada>', lines: [{ count: 0 }], tags: ['a', 'b'], terms: true, size: 2, text: '\n<b>' },
    errors,
  )

  test.each([
    [f.label('email', 'E-mail & more'), '<label for="email">E-mail &amp; more</label>'],
    [
      f.input('email', { type: 'email', required: true }),
      '<input type="email" id="email" name="email" aria-invalid="true" aria-describedby="email-error" value="&lt;ada&gt;" required>',
    ],
    [f.message('email'), '<p id="email-error" class="error">Must be an e-mail address.</p>'],
    [f.message('name'), ''],
    [f.message(), '<p id="form-error" class="error">The passwords differ.</p>'],
    [
      f.input('lines[0].count'),
      '<input type="text" id="lines-0-count" name="lines[0].count" aria-invalid="true" aria-describedby="lines-0-count-error" value="0">',
    ],
    [f.input('nothing.here'), '<input type="text" id="nothing-here" name="nothing.here" value="">'],
    [f.input('email', { type: 'password', id: 'p' }), expect.not.stringContaining('ada')],
    [f.hidden('size'), '<input type="hidden" name="size" value="2">'],
    [f.textarea('text'), '<textarea id="text" name="text">\n\n&lt;b&gt;</textarea>'],
    [
      f.select('size', [[1, 'One'], 2]),
      '<select id="size" name="size"><option value="1">One</option><option value="2" selected>2</option></select>',
    ],
    [
      f.select('tags', ['a', 'b', 'c'], { multiple: true }),
      '<select id="tags" name="tags" multiple><option value="a" selected>a</option><option value="b" selected>b</option><option value="c">c</option></select>',
    ],
    [f.checkbox('terms'), '<input type="checkbox" id="terms" name="terms" checked>'],
    [f.checkbox('tags', { value: 'c' }), '<input type="checkbox" id="tags" name="tags" value="c">'],
    [f.radio('size', 2), '<input type="radio" id="size-2" name="size" value="2" checked>'],
    [f.radio('size', 'x l'), '<input type="radio" id="size-x-l" name="size" value="x l">'],
  ])('prints %s', (printed, expected) => {
    expect(printed.value).toEqual(expected)
  })

  test('reads own members of the values only', () => {
    expect(form({}).value('constructor')).toBeUndefined()
    expect(form({}).value('__proto__.x')).toBeUndefined()
    expect(form().value('a')).toBeUndefined()
  })

  test('keeps forms on one page apart', () => {
    expect(form({}, [], { idPrefix: 'login-' }).label('email', 'E').value).toBe('<label for="login-email">E</label>')
  })

  test('is a helper of templates', () => {
    const source = '<% const f = form($values, $errors) %><%= f.input("email") %><%= f.message("email") %>'
    const page = compile(source, { helpers: { form } })({ values: { email: '"' }, errors })
    expect(page).toContain('value="&#34;"')
    expect(page).toContain('Must be an e-mail address.')
  })
})

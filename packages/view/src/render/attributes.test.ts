import { expect, test } from 'vitest'
import { attributes } from './attributes.ts'

test.each([
  [
    { draggable: false, contenteditable: true, spellcheck: false },
    'draggable="false" contenteditable="true" spellcheck="false"',
  ],
  [{ translate: false, autocomplete: true }, 'translate="no" autocomplete="on"'],
  [{ hidden: true, disabled: false, 'aria-busy': false, 'data-x': true }, 'hidden aria-busy="false" data-x="true"'],
  [{ class: ['tab', { active: true, off: false }, null, ['deep', { x: 1 }]] }, 'class="tab active deep x"'],
  [{ class: { a: true, b: 0 } }, 'class="a"'],
  [{ class: { a: false } }, ''],
  [
    { style: { color: 'red', marginTop: '1em', 'z-index': 3, top: null } },
    'style="color: red; margin-top: 1em; z-index: 3"',
  ],
  [{ title: '"<' }, 'title="&#34;&lt;"'],
  [{ rel: ['a', false, 'b'] }, 'rel="a b"'],
  [{ href: new URL('https://a.example/?b=1&c') as never }, 'href="https://a.example/?b=1&amp;c"'],
])('%j', (values, printed) => {
  expect(String(attributes(values as never))).toBe(printed)
})

test.each([
  [{ title: {} }, /no text form|cannot|An object/],
  [{ title: () => 1 }, /A function/],
  [{ title: Symbol('x') }, /A symbol/],
  [{ title: Promise.resolve(1) }, /An object/],
  [{ style: { color: 'red; background: url(x)' } }, /in CSS/],
  [{ style: { 'a:b': 'c' } }, /in CSS/],
])('%j is refused', (values, message) => {
  expect(() => attributes(values as never)).toThrow(message)
})

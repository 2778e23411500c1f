import { expect, test } from 'vitest'
import { attributes } from './attributes.ts'
import { raw } from './escape.ts'

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
  [{ href: new URL('https://a.example/?b=1&c') }, 'href="https://a.example/?b=1&amp;c"'],
  [{ href: 'java\nscript:pwn()', src: 'data:text/html,x' }, 'href="about:invalid#unsafe" src="about:invalid#unsafe"'],
  [{ 'xlink:href': 'x javascript:pwn()' }, 'xlink:href="about:invalid#unsafe"'],
  [{ values: '/a;javascript:pwn()' }, 'values="about:invalid#unsafe"'],
  [{ href: '/a?b=javascript:x', title: 'javascript:x' }, 'href="/a?b=javascript:x" title="javascript:x"'],
  [{ href: raw('javascript:void 0') }, 'href="javascript:void 0"'],
  [{ srcdoc: '<b>' }, 'srcdoc="&amp;lt;b&amp;gt;"'],
  [{ srcdoc: raw('<b>') }, 'srcdoc="&lt;b&gt;"'],
  [{ onclick: raw('go("x")'), onfocus: null }, 'onclick="go(&#34;x&#34;)"'],
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
  [{ onclick: 'pwn()' }, /onclick cannot be printed in an event handler/],
  [{ onClick: ['pwn()'] }, /in an event handler/],
])('%j is refused', (values, message) => {
  expect(() => attributes(values as never)).toThrow(message)
})

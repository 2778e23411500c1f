import { expect, test } from 'vitest'
import { scriptPlace } from './document-start.ts'

test.each([
  '<!doctype html><html lang="de"><head>¦<title>x</title>',
  '<!DOCTYPE html>\n<HTML>\n<HEAD profile="a>b">¦<title>',
  '<!doctype html>¦<h1>Shop</h1>',
  '<!doctype html>\n<!-- a comment -->\n<html>\n<!-- > -->\n<head\n>¦',
  '<!-- before --><!doctype html>¦<p>',
  '<!doctype html>¦<!-- never closed <html><head>',
  '<!doctype html><html>¦<!-- never closed <head>',
  '¦<!-- never closed <!doctype html>',
  '<!doctype html>¦<textarea>',
  '<!doctype html><html lang=\'a>b\' data-x="<head>">¦<body>',
  '<!doctype html><!--><html><head>¦',
  '<!doctype html><!---><head>¦<!-->',
  '<!doctype html><!-- a --!><head>¦',
  '<!doctype html><!x><?xml a ?><head>¦',
  '<!doctype html>¦<header>no head</header>',
  '<!doctype html>¦<htmlx>',
  '¦just text',
  '¦<p>a fragment',
  '\u00ef\u00bb\u00bf<!doctype html>¦<p>',
  '\u00ef\u00bb\u00bf¦<p>',
  '¦',
  '¦  \n',
  '<!doctype html>¦',
  '¦<!doctype html',
  '<!doctype html>¦<html',
  '<!doctype html><html>¦<head class="a',
])('in %j', marked => {
  const text = marked.replace('¦', '')
  expect(scriptPlace(text, true)).toBe(marked.indexOf('¦'))
  // However it is cut into chunks, and no later than needed.
  for (let length = 0; length <= text.length; length++) {
    expect([undefined, marked.indexOf('¦')]).toContain(scriptPlace(text.slice(0, length), false))
  }
})

test('a very long comment is considered unclosed', () => {
  expect(scriptPlace(`<!doctype html><!-- ${'x'.repeat(70_000)}`, false)).toBe(15)
  expect(scriptPlace(`<!doctype html><!-- ${'x'.repeat(60_000)}`, false)).toBeUndefined()
})

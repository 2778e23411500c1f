import { expect, test } from 'vitest'
import { mediaType, negotiate, negotiateCoding } from './negotiation.ts'

test.each<[string | undefined, string | undefined]>([
  [undefined, 'html'],
  ['', 'html'],
  ['*/*', 'html'],
  ['application/json', 'json'],
  ['APPLICATION/JSON', 'json'],
  ['text/html;q=0.5, application/json', 'json'],
  ['text/html, application/json', 'html'],
  ['application/json, text/html', 'html'],
  ['text/*', 'html'],
  ['application/*;q=0.9, text/html;q=0.8', 'json'],
  ['text/html;q=0, */*', 'json'],
  ['text/html;q=0.1, text/*;q=0.9, */*;q=0.5', 'json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', 'html'],
  ['image/png', undefined],
  ['text/html;q=0, application/json;q=0', undefined],
  ['text/html;level=1', 'html'],
  ['application/json; charset=utf-8', 'json'],
  ['text/html;q = 0.2, application/json;q=0.1', 'json'],
  ['text/html;q=5, application/json', 'json'],
  ['nonsense', undefined],
  ['application/json;q=2', undefined],
  ['application/json;q=', undefined],
  [' application/json ; q=0.5 , text/html;q=0.4', 'json'],
  ['*/*;q=0', undefined],
  ['*/*;q=0.1, application/json', 'json'],
  ['text/*;q=0.3, text/html;q=0.1, */*;q=0.2', 'json'],
  ['text/html; q=0.5; ext=1, application/json; q=0.4', 'html'],
])('Accept: %s prefers %s', (accept, expected) => {
  expect(negotiate(accept, ['html', 'json'])).toBe(expected)
})

test('offers may be media types, with parameters', () => {
  expect(negotiate('application/vnd.api+json', ['json', 'application/vnd.api+json'])).toBe('application/vnd.api+json')
  expect(negotiate('text/plain;format=flowed', ['text/plain', 'text/plain;format=flowed'])).toBe(
    'text/plain;format=flowed',
  )
  expect(mediaType('html')).toBe('text/html')
  expect(mediaType('pdf')).toBe('application/pdf')
})

test.each<[string | undefined, string]>([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip', 'gzip'],
  ['gzip, br', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['identity', 'identity'],
  ['gzip;q=0.5, identity', 'identity'],
  ['gzip;q=0', 'identity'],
  ['GZIP', 'gzip'],
  ['gzip;q=x', 'identity'],
  ['gzip;q=2', 'identity'],
  ['gzip;q=0.000', 'identity'],
  ['x-gzip', 'gzip'],
  ['deflate, compress', 'identity'],
  ['*;q=0', 'identity'],
  ['*;q=0, gzip', 'gzip'],
  ['identity;q=0, *;q=0', 'identity'],
  ['identity;q=0.1, gzip;q=0.5', 'gzip'],
  [',, gzip ,', 'gzip'],
  ['gzip\t;\tq=0.5', 'gzip'],
  ['br;q = 0.9, gzip;q=0.1', 'gzip'],
  ['br;q=5, gzip', 'gzip'],
  ['br;q=.9, gzip;q=0.1', 'gzip'],
])('Accept-Encoding: %s prefers %s', (header, expected) => {
  expect(negotiateCoding(header, ['br', 'gzip'])).toBe(expected)
})

// Both languages say the same things: no key is missing, no text empty, no placeholder forgotten.
import { expect, test } from 'vitest'
import en from './en'
import zh from './zh'

function flat(messages: object, path = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === 'string') all.set(path + key, value)
    else for (const [inner, text] of flat(value as object, `${path}${key}.`)) all.set(inner, text)
  }
  return all
}

const [chinese, english] = [flat(zh), flat(en)]
const placeholders = (text = '') => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

test('keys are the same', () => expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort()))

test('texts name the same placeholders', () => {
  for (const [key, text] of chinese) expect(placeholders(english.get(key)), key).toEqual(placeholders(text))
})

test('no text is empty or has a character that the messages format takes as its own', () => {
  for (const [key, text] of [...chinese, ...english]) {
    expect(text.trim(), key).not.toBe('')
    expect(text, key).not.toMatch(/[@|]/)
  }
})

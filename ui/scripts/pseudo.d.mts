import type { Plugin } from 'vite'

export function pseudo(source: string): string
export function pseudoLanguage(): Plugin

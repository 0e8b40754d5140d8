import { createHash } from 'node:crypto';
import type { Operation } from '../procedure/operation.ts';

/**
 * SHA-256 of templates that the original generator has built in, as far as they were published. At each run it copies
 * them into the user's folder, so that a file there says nothing about what its user wants.
 */
const originals: Readonly<Record<Operation, ReadonlySet<string>>> = {
  backup: new Set([
    '09dd77d2fa97941ecaf80b4da83ad85eca8fa98965f19e1081692b73d08a3286', // mysql-dump
    '8712ef67af3e64c88f5b96ed416a6d8470df84833509664fc31dda6c637fffed',
    'ed2f4fc1cc1314f540ada7c62536529350f5d0fec119a19f8caaa475bec270b3', // mysql-simple
    '97d15272c7039a02b9016ff4f09f2d9abdb9fd91a84926bd9284b1eb15fbaf02', // postgres
    'd150c5711f24ecb015087f7aeec8c83282a6f11cbeee083aeda4f394b2a7131b',
    '513c79d545a2ef9f8ce760f66959ac8782c87d711631ad8317ba14e6de417604', // tar
  ]),
  restore: new Set([
    '23f31bf8f2a0b9fd23801e9a96beb55dc4f7186311cdcc55b287701a1433f13f', // mysql-dump
    '67c98368261b2b09fc51e2969dbd3c2680ca845ea95fef9c7603884860a56cfe', // mysql-simple
    'df1005d5c28bce294ade5ae63dd8a1d1e39758a9e8bb199d7fdd8d849f67d917',
    '562f158da088e56c7627ef91171dba90d1cc6207800d22f8bcf0be8540c15631', // postgres
    'f3dca27b89b4df453976bf76a8fd7c83aff973ecd55f18cf3c8a926728adc743',
    'a6fac42345f18aba281e831679b2bc93fe360b158e6d3dd4d825dc5979806801',
    '1f535781d4247da3383cc42a129d17511360ed19d6edeea3b2fb89b8e5e4053d', // tar
    '4b58306d52642b8b6385a951e00ee139e3f9cd85f4a56fab1d7b3e932df65886',
  ]),
};

/**
 * Whether a file of the user's folder is a copy that nobody edited: its text is one that was published, or the one
 * that the original keeps beside it (`base`).
 */
export function isUneditedOriginal(operation: Operation, text: string, base: string | undefined): boolean {
  return text === base || originals[operation].has(createHash('sha256').update(text).digest('hex'));
}

/** What `milsymbol` exports besides the whole: its base and the symbol sets, to be added one by one. */
declare module 'milsymbol-sets' {
  import type whole from 'milsymbol';

  /** The icons of a standard, for `addIcons`. */
  type SymbolSet = readonly unknown[];
  export const ms: typeof whole & {
    addIcons(set: SymbolSet): void;
    /** Whether `Path2D` cannot read SVG paths, as in EdgeHTML 14. */
    setBrokenPath2D(broken: boolean): void;
  };
  export const std2525b: SymbolSet;
  export const std2525c: SymbolSet;
  export const std2525d: SymbolSet;
  export const std2525e: SymbolSet;
  export const app6d: SymbolSet;
}

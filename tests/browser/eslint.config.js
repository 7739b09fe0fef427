// How the panel's front end is written. What strangers say is text to it: no rule here may be set aside.
import js from "@eslint/js";

const MAKES_MARKUP = "what strangers say would become markup: use textContent or append()";
const MARKUP_PROPERTIES = [
  "innerHTML",
  "outerHTML",
  "srcdoc",
  "insertAdjacentHTML",
  "setHTMLUnsafe",
  "createContextualFragment",
  "parseFromString",
];
const MARKUP_METHODS = ["write", "writeln"];

export default [
  {
    ...js.configs.recommended,
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" },
  },
  {
    rules: {
      "no-undef": "off", // tsc knows what a browser has

      "no-restricted-properties": [
        "error",
        ...MARKUP_PROPERTIES.map((property) => ({ property, message: MAKES_MARKUP })),
        ...MARKUP_METHODS.map((property) => ({ object: "document", property, message: MAKES_MARKUP })),
      ],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",

      "array-callback-return": "error",
      "consistent-return": "error",
      curly: ["error", "multi-line"],
      "default-case-last": "error",
      eqeqeq: "error",
      "no-console": "error",
      "no-else-return": "error",
      "no-implicit-coercion": "error",
      "no-param-reassign": "error",
      "no-promise-executor-return": "error",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unneeded-ternary": "error",
      "no-unreachable-loop": "error",
      "no-use-before-define": ["error", { functions: false }],
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-arrow-callback": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      "require-await": "error",

      complexity: ["error", 8],
      "max-depth": ["error", 3],
      "max-lines": ["error", 350],
      "max-params": ["error", 5],
      "max-statements": ["error", 25],
    },
  },
];

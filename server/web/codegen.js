// Typed documents of the page's operations, from the contract at the top of the repository.
export default {
  schema: "../../schema.graphqls",
  documents: "src/operations/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false, gqlTagName: "graphql" },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          DateTime: "string",
          Date: "string",
          Decimal: "string",
          CurrencyCode: "string",
          Upload: "File",
          JSON: "unknown",
        },
      },
    },
  },
};

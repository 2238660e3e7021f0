"""Program records: terms with typed values, compared and matched against a company."""
